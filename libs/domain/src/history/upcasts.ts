import { DEFAULT_STRATEGY } from '../strategy';

/** Brings the data of one type of event from `from` to the next schema version. Pure; unknown fields are kept. */
export interface UpcastStep {
  readonly type: string;
  readonly from: number;
  readonly upcast: (data: unknown) => unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** Up to 0.1 a strategy had one batch and no gates, a failure could only pause, and nothing could be done in place. */
const strategyWithBatches = (strategy: Fields): Fields => ({
  ...DEFAULT_STRATEGY,
  ...strategy,
  stages: (strategy['stages'] as readonly Fields[]).map((stage) => ({ before: [], after: [], ...stage })),
});

const within =
  (field: string, change: (value: Fields) => Fields) =>
  (data: unknown): unknown => {
    const fields = data as Fields;
    const value = fields[field];
    return value === undefined ? fields : { ...fields, [field]: change(value as Fields) };
  };

const definitionWithBatches = (definition: Fields): Fields => ({
  dependsOn: [],
  ...definition,
  ...(definition['strategy'] === undefined
    ? {}
    : { strategy: strategyWithBatches(definition['strategy'] as Fields) }),
});

const facetsWithBatches = (facets: Fields): Fields =>
  facets['strategy'] === undefined
    ? facets
    : { ...facets, strategy: strategyWithBatches(facets['strategy'] as Fields) };

/** Every step that the log has ever needed, oldest first. An entry is never changed: old logs depend on it. */
export const UPCASTS: readonly UpcastStep[] = [
  { type: 'RunCreated', from: 1, upcast: within('strategy', strategyWithBatches) },
  { type: 'ApplicationDefined', from: 1, upcast: within('definition', definitionWithBatches) },
  { type: 'ApplicationRedefined', from: 1, upcast: within('facets', facetsWithBatches) },
  {
    type: 'ClusterStarted',
    from: 1,
    upcast: (data) => ({
      ...(data as Fields),
      pace: { batch: 0, of: 1, share: '100%', update: 'Recreate' },
    }),
  },
];
