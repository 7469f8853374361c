/** Brings the data of one event type from one schema version to the next. Pure. */
export type Upcast = (data: unknown) => unknown;

/**
 * Events are never rewritten: old ones are brought to the present shape whenever they are read.
 * One step a version, so that a shape of long ago passes through every later one.
 */
export class Upcasters {
  private readonly steps = new Map<string, Upcast[]>();

  /** @throws RangeError unless `from` is the next version without a step: a gap would leave events half-way. */
  register(type: string, from: number, upcast: Upcast): this {
    const steps = this.steps.get(type) ?? [];
    if (from !== steps.length + 1)
      throw new RangeError(
        `${type}: expected the step from version ${steps.length + 1}, got the one from ${from}`,
      );
    this.steps.set(type, [...steps, upcast]);
    return this;
  }

  /** The version that events of this type are recorded in today. */
  currentVersion(type: string): number {
    return (this.steps.get(type)?.length ?? 0) + 1;
  }

  upcast<Event extends { type: string; schemaVersion: number; data: unknown }>(event: Event): Event {
    const steps = this.steps.get(event.type);
    if (!steps || event.schemaVersion > steps.length) return event;
    const data = steps.slice(event.schemaVersion - 1).reduce((old, step) => step(old), event.data);
    return { ...event, data, schemaVersion: steps.length + 1 };
  }
}
