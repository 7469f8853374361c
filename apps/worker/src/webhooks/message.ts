import { isCdEventType } from '@keelson/domain';
import { publicEvent, type RecordedEvent } from '@keelson/event-store';
import type { CloudEvent } from '../callbacks';
import { cdEvent, subjectOf, SOURCE } from './cd-event';
import type { ClusterFacts } from './run-facts.queries';

/** What a subscriber is sent of an event: a CDEvent in a CloudEvent where there is one, else the event as the audit shows it. */
export const messageOf = (
  event: RecordedEvent,
  messageType: string,
  facts: ClusterFacts | undefined,
): CloudEvent => {
  const told = publicEvent(event);
  const envelope = { id: event.id, source: SOURCE, type: messageType, time: event.recordedAt };
  if (!isCdEventType(messageType)) return { ...envelope, subject: event.stream, data: told };
  const subject = subjectOf(event, facts);
  return {
    ...envelope,
    subject: subject.id,
    data: cdEvent(envelope, subject, told),
    dataContentType: 'application/cdevents+json',
  };
};
