import { parseJsonBody } from './json-body';
import { Problem } from './problem';

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));

const refusal = (text: string | Buffer): Problem => {
  try {
    parseJsonBody(Buffer.from(text as string));
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('it was taken');
};

const wrap = (depth: number, inner = '1'): string => '['.repeat(depth) + inner + ']'.repeat(depth);

describe('a JSON body', () => {
  it('is taken as it is', () => {
    expect(parse('{"a":[1,"x",null,{"b":true}]}')).toEqual({ a: [1, 'x', null, { b: true }] });
    expect(parse('')).toBeUndefined();
    expect(parse('"😀"')).toBe('😀');
  });

  it('is nested 64 levels deep at most', () => {
    expect(() => parse(wrap(64))).not.toThrow();
    expect(refusal(wrap(65)).errors).toEqual([
      { path: '/0'.repeat(64), message: 'is nested deeper than 64 levels' },
    ]);
  });

  it.each([
    [`{"a/b":[0,${wrap(64)}]}`, `/a~1b/1${'/0'.repeat(62)}`],
    [`{"first":[1,2],"q\\"[":{"x":${wrap(63)}}}`, `/q"[/x${'/0'.repeat(62)}`],
    [`[{"a":"]}","b":[[1],${wrap(62)}]}]`, `/0/b/1${'/0'.repeat(61)}`],
    [`{"\\u0061": ${wrap(64)}}`, `/a${'/0'.repeat(63)}`],
  ])('says where: %#', (text, path) => {
    expect(refusal(text).errors.map((error) => error.path)).toEqual([path]);
  });

  it('with five million levels is refused in a moment', () => {
    const text = wrap(5_000_000);
    const started = performance.now();
    expect(refusal(text).status).toBe(422);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each([
    ['{"a":{"__proto__":{}}}', '/a/__proto__'],
    ['["\\u0000"]', '/0'],
    ['{"a":"\\udc00"}', '/a'],
    ['{"\\ud800":1}', '/\ud800'],
    ['[[1e400]]', '/0/0'],
  ])('has nothing that cannot be kept: %s', (text, path) => {
    expect(refusal(text)).toMatchObject({ status: 422, errors: [{ path }] });
  });

  it.each([['{'], ['[1,]'], ['nothing'], ['{"a":1}}'], [Buffer.from([0xc3, 0x28])]])(
    'is JSON in UTF-8: %p',
    (text) => {
      expect(refusal(text)).toMatchObject({ status: 400, code: 'malformed-json' });
    },
  );
});
