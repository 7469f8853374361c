import { UPCASTS } from '@keelson/domain';
import { Upcasters } from '@keelson/event-store';

/** The history of the domain's events, for a store that is to read logs of every age. */
export const domainUpcasters = (): Upcasters =>
  UPCASTS.reduce(
    (upcasters, { type, from, upcast }) => upcasters.register(type, from, upcast),
    new Upcasters(),
  );
