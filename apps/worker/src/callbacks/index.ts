export type { CloudEvent } from './cloud-event';
export { mayBeHeard, sendCallback, type CallbackTarget, type SendOptions } from './send-callback';
