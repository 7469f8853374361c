export type { CloudEvent } from './cloud-event';
export { sendCallback, type CallbackTarget, type SendOptions } from './send-callback';
