/** CloudEvents 1.0, as far as we fill it in. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md */
export interface CloudEvent {
  /** The same for every attempt, so that a receiver can tell a repetition. */
  readonly id: string;
  /** A URI reference; with `id` it is unique. */
  readonly source: string;
  /** Reverse DNS: `dev.keelson.…`. */
  readonly type: string;
  readonly subject: string;
  /** When what it tells of happened; RFC 3339. */
  readonly time: string;
  readonly data: object;
  /** Media type of `data`; application/json when left out. */
  readonly dataContentType?: string;
}

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/** The structured JSON form. The same event always gives the same text. */
export const structured = ({
  id,
  source,
  type,
  subject,
  time,
  data,
  dataContentType = 'application/json',
}: CloudEvent): string =>
  JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time,
    datacontenttype: dataContentType,
    data,
  });
