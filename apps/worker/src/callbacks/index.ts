export type { CloudEvent } from './cloud-event';
export {
  isAcknowledged,
  mayBeHeard,
  postCallback,
  sendCallback,
  type CallbackAnswer,
  type CallbackTarget,
  type SendOptions,
} from './send-callback';
