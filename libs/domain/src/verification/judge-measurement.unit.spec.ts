import type { Evidence } from './evidence';
import { judgeMeasurement } from './judge-measurement';
import type { Verification } from './types';

type Conditions = Pick<Verification, 'successCondition' | 'failureCondition'>;

const prometheus = (conditions: Conditions): Verification => ({
  type: 'Verification',
  provider: { prometheus: { address: 'http://prometheus', query: 'up' } },
  ...conditions,
});
const http = (conditions: Conditions, jsonPointer?: string): Verification => ({
  type: 'Verification',
  provider: { http: { url: 'http://shop', ...(jsonPointer === undefined ? {} : { jsonPointer }) } },
  ...conditions,
});
const job = (conditions: Conditions): Verification => ({
  type: 'Verification',
  provider: { job: { manifest: {} } },
  ...conditions,
});

const samples = (...values: number[]): Evidence => ({
  kind: 'prometheus',
  samples: values.map((value, index) => ({ value, labels: { pod: `web-${index}` } })),
});
const answer = (json: unknown, status = 200): Evidence => ({
  kind: 'http',
  status,
  body: { ok: true, json },
});

const below = (limit: string): string => `result < ${limit}`;
const above = (limit: string): string => `result > ${limit}`;

describe('a measurement is judged', () => {
  const both = { successCondition: below('0.01'), failureCondition: above('0.05') };
  const success = { successCondition: below('0.01') };
  const failure = { failureCondition: above('0.05') };

  it.each<[string, Conditions, number, string]>([
    ['both, success holds', both, 0.005, 'Successful'],
    ['both, failure holds', both, 0.07, 'Failed'],
    ['both, neither holds', both, 0.03, 'Inconclusive'],
    [
      'both hold: failure wins',
      { successCondition: above('0.0'), failureCondition: above('0.05') },
      0.07,
      'Failed',
    ],
    ['success alone holds', success, 0.005, 'Successful'],
    ['success alone does not hold', success, 0.02, 'Failed'],
    ['failure alone holds', failure, 0.07, 'Failed'],
    ['failure alone does not hold', failure, 0.02, 'Successful'],
    ['none', {}, 0.02, 'Successful'],
    ['a whole number against a double', { successCondition: 'result < 1' }, 0, 'Successful'],
    ['infinity is a number', failure, Infinity, 'Failed'],
  ])('%s', (_, conditions, value, outcome) => {
    expect(judgeMeasurement(prometheus(conditions), samples(value)).outcome).toBe(outcome);
  });

  it.each<[string, Conditions, RegExp]>([
    ['another type', { successCondition: 'result == "a" || result < "1"' }, /overload/],
    ['no boolean', { successCondition: 'result' }, /neither true nor false/],
    ['no such field', { successCondition: 'result.errors < 1' }, /successCondition/],
    ['arithmetic of mixed types', { failureCondition: 'result + 1 > 2.0' }, /failureCondition: .*overload/],
    ['an unknown name', { successCondition: 'results < 1' }, /names results, which does not exist/],
  ])('an evaluation error (%s) is an Error that says so', (_, conditions, message) => {
    const { outcome, message: said } = judgeMeasurement(prometheus(conditions), samples(1));
    expect([outcome, said]).toEqual(['Error', expect.stringMatching(message)]);
  });

  it('does not let success hide a failure condition that cannot be evaluated', () => {
    const conditions = { successCondition: 'true', failureCondition: 'result.errors > 1' };
    expect(judgeMeasurement(prometheus(conditions), samples(1)).outcome).toBe('Error');
  });

  it('fails when failure holds, even where success cannot be evaluated', () => {
    const conditions = { successCondition: 'result.errors < 1', failureCondition: 'result > 0.5' };
    expect(judgeMeasurement(prometheus(conditions), samples(1)).outcome).toBe('Failed');
  });
});

describe('of Prometheus', () => {
  it('an empty answer is an Error that says so', () => {
    expect(judgeMeasurement(prometheus({ successCondition: below('0.01') }), samples())).toMatchObject({
      outcome: 'Error',
      value: [],
      message: expect.stringMatching(/^no samples/),
    });
  });

  it.each([
    ['size(samples) == 0', [], 'Successful'],
    ['samples.all(s, s.value < 0.5)', [], 'Successful'],
    ['samples.all(s, s.value < 0.5)', [0.1], 'Successful'],
    ['samples.all(s, s.value < 0.5)', [0.1, 0.7], 'Failed'],
    ['samples.exists(s, s.labels.pod == "web-1" && s.value > 0.5)', [0.1, 0.7], 'Successful'],
    ['result.all(r, r < 0.5)', [0.1, 0.2], 'Successful'],
    ['result[1] == 0.2', [0.1, 0.2], 'Successful'],
  ])('%s over %j is %s', (successCondition, values, outcome) => {
    expect(judgeMeasurement(prometheus({ successCondition }), samples(...values)).outcome).toBe(outcome);
  });

  it('says how many samples there were when a condition wants one', () => {
    const { outcome, message } = judgeMeasurement(
      prometheus({ successCondition: below('1') }),
      samples(0.25, 2),
    );
    expect([outcome, message]).toEqual([
      'Error',
      expect.stringMatching(/^the query answered with 2 samples.*0\.25/),
    ]);
  });

  it.each<[Conditions, number[], string, unknown]>([
    [{ successCondition: below('1') }, [NaN], 'Inconclusive', 'NaN'],
    [{ failureCondition: above('1') }, [NaN], 'Inconclusive', 'NaN'],
    [{}, [NaN], 'Inconclusive', 'NaN'],
    [{ successCondition: 'samples.all(s, s.value < 1)' }, [0, NaN], 'Inconclusive', [0, 'NaN']],
    [{ successCondition: 'isNaN(result) || result < 1' }, [NaN], 'Successful', 'NaN'],
    [{ failureCondition: 'isNaN(result)' }, [NaN], 'Failed', 'NaN'],
    [{ successCondition: 'isInf(result)' }, [-Infinity], 'Successful', '-Inf'],
  ])('%j of %j is %s', (conditions, values, outcome, value) => {
    expect(judgeMeasurement(prometheus(conditions), samples(...values))).toMatchObject({ outcome, value });
  });

  it('passes the warnings of the server on', () => {
    const evidence: Evidence = {
      kind: 'prometheus',
      samples: [{ value: 0, labels: {} }],
      warnings: ['store eu is not available'],
    };
    const { outcome, message } = judgeMeasurement(prometheus({ successCondition: below('1') }), evidence);
    expect([outcome, message]).toEqual([
      'Successful',
      expect.stringContaining('warning: store eu is not available'),
    ]);
  });
});

describe('of an HTTP answer', () => {
  it.each<[string, string | undefined, unknown, string]>([
    ['result.status == "ok"', undefined, { status: 'ok' }, 'Successful'],
    ['result.errors / result.total < 0.05', undefined, { errors: 1, total: 100 }, 'Successful'],
    ['result < 5', '/checks/0/a~1b', { checks: [{ 'a/b': 7 }] }, 'Failed'],
    ['result == null', '/error', { error: null }, 'Successful'],
    ['result == null', undefined, null, 'Successful'],
    ['has(result.ready) && result.ready', undefined, {}, 'Failed'],
    ['result.all(name, result[name].up)', undefined, { a: { up: true }, b: { up: true } }, 'Successful'],
    ['status == 200', undefined, {}, 'Successful'],
    ['result.version.matches("^1[.]")', undefined, { version: '1.4.2' }, 'Successful'],
  ])('%s at %s of %j is %s', (successCondition, jsonPointer, json, outcome) => {
    expect(judgeMeasurement(http({ successCondition }, jsonPointer), answer(json)).outcome).toBe(outcome);
  });

  it.each(['/missing', '/list/2', '/list/01', '/list/-', '/text/length', '/__proto__'])(
    'nothing at %s is an Error',
    (path) => {
      const json = { list: [1, 2], text: 'abc' };
      expect(judgeMeasurement(http({ successCondition: 'true' }, path), answer(json))).toEqual({
        outcome: 'Error',
        message: `the answer has nothing at ${path}`,
      });
    },
  );

  it('an error page is an Error, whatever its JSON says, unless a condition reads the status', () => {
    const page = answer({ errors: 0 }, 503);
    expect(judgeMeasurement(http({ successCondition: 'result.errors < 1' }), page)).toMatchObject({
      outcome: 'Error',
      message: expect.stringContaining('503'),
    });
    expect(judgeMeasurement(http({}), page).outcome).toBe('Error');
    expect(judgeMeasurement(http({ failureCondition: 'status >= 500' }), page).outcome).toBe('Failed');
  });

  it('an error page that is not JSON is null to a condition that reads the status', () => {
    const page: Evidence = { kind: 'http', status: 404, body: { ok: false, why: 'is not JSON' } };
    const conditions = { successCondition: 'status == 404 && result == null' };
    expect(judgeMeasurement(http(conditions), page)).toMatchObject({ outcome: 'Successful', value: null });
  });

  it('an answer that is not JSON is an Error', () => {
    const evidence: Evidence = { kind: 'http', status: 200, body: { ok: false, why: 'is not JSON' } };
    expect(judgeMeasurement(http({}), evidence)).toEqual({ outcome: 'Error', message: 'is not JSON' });
  });

  it('keys that mean something elsewhere are only keys', () => {
    const json: unknown = JSON.parse(
      '{"__proto__": {"a": 1}, "$typeName": "google.protobuf.Any", "ok": true}',
    );
    const judged = judgeMeasurement(
      http({ successCondition: 'result.ok && result.__proto__.a == 1' }),
      answer(json),
    );
    expect(judged.outcome).toBe('Successful');
    expect(JSON.parse(JSON.stringify(judged.value))).toEqual(json);
  });

  it('an answer nested beyond reason is an Error', () => {
    const json: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    expect(judgeMeasurement(http({ successCondition: 'true' }), answer(json))).toMatchObject({
      outcome: 'Error',
      message: expect.stringContaining('nested'),
    });
  });
});

describe('of a Job', () => {
  const ended = (complete: boolean, failed: number): Evidence => ({
    kind: 'job',
    complete,
    succeeded: complete ? 1 : 0,
    failed,
    message: complete ? 'the job is complete' : 'the job has failed: BackoffLimitExceeded',
  });

  it.each<[string, Conditions, Evidence, string]>([
    ['completion is success', {}, ended(true, 0), 'Successful'],
    ['failure is failure', {}, ended(false, 3), 'Failed'],
    ['failure whatever a condition says', { successCondition: 'true' }, ended(false, 3), 'Failed'],
    ['a condition holds', { successCondition: 'result.failed < 2' }, ended(true, 1), 'Successful'],
    ['a condition does not hold', { failureCondition: 'result.failed > 0' }, ended(true, 1), 'Failed'],
  ])('%s', (_, conditions, evidence, outcome) => {
    expect(judgeMeasurement(job(conditions), evidence).outcome).toBe(outcome);
  });

  it('keeps what the Job said', () => {
    expect(judgeMeasurement(job({}), ended(false, 3))).toEqual({
      outcome: 'Failed',
      value: { succeeded: 0, failed: 3 },
      message: 'the job has failed: BackoffLimitExceeded',
    });
  });
});

describe('what the log keeps', () => {
  it('is bounded and storable', () => {
    const json = { text: `\0\ud800${'x'.repeat(5000)}`, [`k\0`]: 1 };
    const { value, message } = judgeMeasurement(http({ successCondition: 'true' }), answer(json));
    expect(typeof value).toBe('string');
    expect(JSON.stringify(value).length).toBeLessThan(1100);
    expect(JSON.stringify([value, message])).not.toMatch(/\\u0000|\\ud800/);
  });

  it('keeps a small answer as it is', () => {
    const json = { a: [1, 'two', null, true], b: { c: 0.5 } };
    expect(judgeMeasurement(http({ successCondition: 'true' }), answer(json)).value).toEqual(json);
  });
});

describe('the work of a condition is bounded', () => {
  const list = (length: number): Evidence => answer(Array.from({ length }, () => 1));

  it('a loop in a loop over 100 values is fine', () => {
    const successCondition = 'result.all(a, result.all(b, a == b))';
    expect(judgeMeasurement(http({ successCondition }), list(100)).outcome).toBe('Successful');
  });

  it.each([
    'result.all(a, result.all(b, result.all(c, a + b > c)))',
    'result.all(a, result.all(b, result.all(c, a + b > c))) || true',
    'size(result.map(a, result.map(b, result.map(c, c)))) > 0',
    '[1,2,3,4,5,6,7,8,9].all(a,[1,2,3,4,5,6,7,8,9].all(b,[1,2,3,4,5,6,7,8,9].all(c,[1,2,3,4,5,6,7,8,9].all(d,[1,2,3,4,5,6,7,8,9].all(e,[1,2,3,4,5,6,7,8,9].all(f,true))))))',
  ])('%s is stopped', (successCondition) => {
    const started = performance.now();
    expect(judgeMeasurement(http({ successCondition }), list(1000))).toMatchObject({
      outcome: 'Error',
      message: expect.stringContaining('passes'),
    });
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('a large answer is judged without loops only', () => {
    const large = list(50_000);
    expect(judgeMeasurement(http({ successCondition: 'size(result) == 50000' }), large).outcome).toBe(
      'Successful',
    );
    expect(judgeMeasurement(http({ successCondition: 'result.all(r, r < 2)' }), large)).toMatchObject({
      outcome: 'Error',
      message: expect.stringContaining('narrower'),
    });
  });

  it('a hostile pattern takes linear time', () => {
    const successCondition = 'result.matches("(a+)+$")';
    const started = performance.now();
    expect(judgeMeasurement(http({ successCondition }), answer(`${'a'.repeat(2000)}b`)).outcome).toBe(
      'Failed',
    );
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
