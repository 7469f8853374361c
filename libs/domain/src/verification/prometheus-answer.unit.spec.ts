import { readPrometheusAnswer } from './prometheus-answer';

const success = (resultType: string, result: unknown, more: object = {}) => ({
  status: 'success',
  data: { resultType, result },
  ...more,
});
const vector = (...values: unknown[]) =>
  success(
    'vector',
    values.map((value) => ({ metric: { job: 'a' }, value: [1, value] })),
  );

describe("Prometheus' answer", () => {
  it.each([
    ['0', 0],
    ['0.02', 0.02],
    ['-1.5e-07', -1.5e-7],
    ['1e+06', 1e6],
    ['NaN', NaN],
    ['+Inf', Infinity],
    ['Inf', Infinity],
    ['-Inf', -Infinity],
  ])('%s is a number', (text, value) => {
    const sample = { value, labels: { job: 'a' } };
    expect(readPrometheusAnswer(vector(text))).toEqual({
      ok: true,
      evidence: { kind: 'prometheus', samples: [sample] },
    });
  });

  it('may be a scalar, or empty, or in doubt', () => {
    const samples = [{ value: 7, labels: {} }];
    expect(readPrometheusAnswer(success('scalar', [1, '7']))).toMatchObject({ evidence: { samples } });
    expect(readPrometheusAnswer(success('vector', [], { warnings: ['partial'] }))).toMatchObject({
      evidence: { samples: [], warnings: ['partial'] },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['an error', { status: 'error', errorType: 'bad_data', error: 'parse error' }, /bad_data: parse error/],
    ['a range', success('matrix', []), /matrix/],
    ['a string', success('string', [1, 'a']), /string/],
    ['a histogram', success('vector', [{ metric: {}, histogram: [1, {}] }]), /no number/],
    ['text for a number', vector('12 apples'), /no number/],
    ['nothing for a number', vector(''), /no number/],
    ['a number that is none', vector(7), /no number/],
    ['no data', { status: 'success' }, /no type/],
    ["somebody else's JSON", { status: 'ok' }, /not Prometheus/],
    ['no object', [1], /not Prometheus/],
    ['null', null, /not Prometheus/],
  ])('%s is refused', (_, json, why) => {
    expect(readPrometheusAnswer(json)).toEqual({ ok: false, why: expect.stringMatching(why) });
  });
});
