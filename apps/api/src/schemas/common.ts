import {
  isDnsLabel,
  isDuration,
  isShare,
  labelKeyProblem,
  labelValueProblem,
  type Labels,
} from '@keelson/domain';
import { z } from 'zod';

/** A name as Kubernetes wants most of them (RFC 1123 label): it becomes part of labels, paths and stream names. */
export const dnsLabel = z
  .string()
  .refine(isDnsLabel, {
    error:
      'must be a DNS-1123 label: at most 63 lower-case letters, digits and dashes, alphanumeric at both ends',
  })
  .meta({ override: { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' } });

export const reasonText = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(1000, 'must be no longer than 1000 characters')
  .meta({ description: 'Why; kept in the log together with who' });

/** For DELETE, which has no body. The header Keelson-Reason does the same. */
export const reasonQuery = { reason: reasonText.optional() };

export const version = z
  .string()
  .max(128, 'must be no longer than 128 characters')
  .regex(/^[A-Za-z0-9._+-]+$/, 'must be made of letters, digits and . _ + -')
  .meta({ description: 'The version that people know the release by', example: '1.4.2' });

export const labels = z
  .record(z.string(), z.unknown())
  .transform((given, context) => {
    for (const [key, value] of Object.entries(given)) {
      const message = labelKeyProblem(key) ?? labelValueProblem(value);
      if (message) context.issues.push({ code: 'custom', input: value, path: [key], message });
    }
    return given as Labels;
  })
  .meta({
    id: 'Labels',
    example: { tier: 'canary' },
    override: { type: 'object', additionalProperties: { type: 'string', maxLength: 63 } },
  });

export const duration = z
  .string()
  .refine(isDuration, 'must be a duration such as 30s, 10m or 1h30m')
  .meta({ example: '10m' });

export const share = z
  .union([z.number(), z.string()], { error: 'must be a count or a percentage such as "50%"' })
  .refine(isShare, 'must be a whole number or a percentage such as "50%"')
  .meta({ id: 'Share', description: 'A count or a percentage', example: '50%' });

export const replicas = z
  .number('must be a whole number')
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(2_147_483_647, 'is more than Kubernetes can count');

const whole = (message: string): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
  z
    .string(message)
    .regex(/^\d{1,15}$/, message)
    .transform(Number);

/** A query parameter that is a place in the log. */
export const positionQuery = whole('must be a position: a whole number').meta({
  override: { type: 'integer', minimum: 0 },
});

/** RFC 3339, as the query's text. */
export const timeQuery = z
  .string()
  .refine((text) => z.iso.datetime({ offset: true }).safeParse(text).success, 'must be a time as in RFC 3339')
  .transform((text) => new Date(text))
  .meta({ override: { type: 'string', format: 'date-time' } });

export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 500;
const LIMIT = `must be a whole number from 1 to ${MAX_LIMIT}`;

/** Without a default, for answers that are whole when no limit is given. */
export const anyLimitQuery = whole(LIMIT)
  .refine((number) => number >= 1 && number <= MAX_LIMIT, LIMIT)
  .meta({ override: { type: 'integer', minimum: 1, maximum: MAX_LIMIT } });

export const limitQuery = anyLimitQuery
  .default(DEFAULT_LIMIT)
  .meta({ override: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT } });

/** The page after the item that `after` names; `next` of the answer before it. */
export const page = {
  limit: limitQuery,
  after: z.string().min(1).max(256).optional(),
};

export interface Page {
  readonly limit: number;
  readonly after?: string | undefined;
}

export const position = z
  .int()
  .min(0)
  .meta({ id: 'Position', description: 'A place in the one global order of events' });
export const time = z.iso.datetime().meta({ description: 'UTC' });

export const accepted = z
  .strictObject({ position })
  .meta({ id: 'Accepted', description: 'Recorded at this position; what follows from it is under way' });

export const listSchema = <Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodNullable<z.ZodString> }> =>
  z.strictObject({
    items: z.array(item),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Send it as `after` for the next page; null at the end' }),
  });

export interface ListOf<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Cuts a page out of rows of which one more than the limit was asked for. */
export const cutPage = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  cursor: (row: Row) => string,
): ListOf<Item> => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(view), next: rows.length > limit && last !== undefined ? cursor(last) : null };
};

/** What a query answers: the schema's output, which nobody changes. */
export type View<Schema extends z.ZodType> = Frozen<z.output<Schema>>;
type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;
