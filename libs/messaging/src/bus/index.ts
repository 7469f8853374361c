export type * from './event-bus';
export { PostgresBus } from './postgres-bus';
export { KafkaBus, type KafkaBusOptions } from './kafka/kafka-bus';
