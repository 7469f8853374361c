import { callbackUrlProblem, type Callback } from '../kernel/callback';
import type { FieldError } from '../kernel/decider';
import { messageTypesOf } from './message-type';

/** Who is told of events, and of which. */
export interface WebhookDefinition extends Callback {
  /** Types of events, by their name in the log or as they are sent; all when left out. */
  readonly types?: readonly string[];
  /** Only what has to do with one of these applications; everything when left out. */
  readonly applications?: readonly string[];
}

export interface Webhook extends WebhookDefinition {
  readonly webhook: string;
  /** The position that it was defined to begin at, if it was. */
  readonly fromPosition?: number;
}

/** An event as far as the choice of a webhook looks at it. */
export interface ToldEvent {
  readonly type: string;
  /** What it is sent as. */
  readonly messageType: string;
  readonly data: unknown;
}

export const webhookWants = (
  { types, applications }: WebhookDefinition,
  { type, messageType, data }: ToldEvent,
): boolean => {
  const { application } = (data ?? {}) as { readonly application?: unknown };
  if (applications && !applications.includes(String(application))) return false;
  return !types || types.includes(type) || types.includes(messageType);
};

/** What the type of a webhook cannot say; `known` are the types of events that there are. */
export const validateWebhook = (
  { url, types = [] }: WebhookDefinition,
  known: ReadonlySet<string>,
): FieldError[] => {
  const problem = callbackUrlProblem(url);
  const sent = new Set([...known].flatMap(messageTypesOf));
  return [
    ...(problem === undefined ? [] : [{ path: '/url', message: problem }]),
    ...types.flatMap((type, index) =>
      known.has(type) || sent.has(type)
        ? []
        : [{ path: `/types/${index}`, message: `there is no type of event ${type}` }],
    ),
  ];
};
