import type { HttpProvider, JobProvider, PrometheusProvider, Verification } from './types';
import { validateVerification } from './validate-verification';

const query = (change: Partial<PrometheusProvider> = {}, more: Partial<Verification> = {}): Verification => ({
  type: 'Verification',
  provider: { prometheus: { address: 'http://prometheus:9090', query: 'error_rate', ...change } },
  successCondition: 'result < 0.01',
  ...more,
});
const http = (change: Partial<HttpProvider> = {}): Verification => ({
  type: 'Verification',
  provider: { http: { url: 'https://shop.example/healthz', ...change } },
});
const manifest = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image: 'smoke:1' }] } } },
};
const job = (provider: Partial<JobProvider> = {}): Verification => ({
  type: 'Verification',
  provider: { job: { manifest, ...provider } },
});
const jobWith = (change: object): Verification => job({ manifest: { ...manifest, ...change } });
const podSpec = (change: object) => ({
  spec: { template: { spec: { ...manifest.spec.template.spec, ...change } } },
});

const problems = (verification: Verification): [string, string][] =>
  validateVerification(verification, '/gate').map(({ path, message }) => [path, message]);

describe('a verification is good', () => {
  it.each<[string, Verification]>([
    [
      "as in the contract's example",
      {
        type: 'Verification',
        provider: {
          prometheus: { address: 'http://prometheus.monitoring:9090/prefix', query: 'rate(x[5m])' },
        },
        successCondition: 'result < 0.01',
        failureCondition: 'result > 0.05',
        interval: '30s',
        count: 5,
        failureLimit: 1,
      },
    ],
    ['with variables', query({ query: 'errors{app="{{application}}", v="{{ version }}"}' })],
    ['with a variable in the host', http({ url: 'https://{{cluster}}.example/{{application}}' })],
    ['without a condition, over HTTP', http()],
    ['with a body', http({ method: 'POST', body: { run: '{{run}}' }, headers: { 'x-run': '{{run}}' } })],
    ['with a pointer', http({ jsonPointer: '/a~1b/0' })],
    ['as a Job', job()],
    [
      "with a Go template among a Job's arguments",
      jobWith(podSpec({ containers: [{ args: ['{{.status.phase}}'] }] })),
    ],
    ['with a variable in a label', jobWith({ metadata: { labels: { version: '{{version}}' } } })],
  ])('%s', (_, verification) => {
    expect(problems(verification)).toEqual([]);
  });
});

describe('a verification is refused', () => {
  it.each<[string, Verification, string, RegExp]>([
    ['no provider', { type: 'Verification', provider: {} as never }, '/provider', /one of/],
    [
      'two providers',
      { type: 'Verification', provider: { http: { url: 'http://a' }, job: { manifest } } },
      '/provider',
      /one of/,
    ],
    ['no URL', query({ address: 'prometheus:9090/x y' }), '/provider/prometheus/address', /http/],
    ['another scheme', http({ url: 'file:///etc/passwd' }), '/provider/http/url', /http:\/\//],
    ['a password in a URL', http({ url: 'http://me:secret@shop' }), '/provider/http/url', /credentials/],
    ['a query in an address', query({ address: 'http://p/?a=b' }), '/provider/prometheus/address', /base/],
    ['an empty query', query({ query: ' ' }), '/provider/prometheus/query', /empty/],
    ['a long query', query({ query: 'x'.repeat(5000) }), '/provider/prometheus/query', /longer/],
    [
      'an unknown variable',
      query({ query: '{{pod}}' }),
      '/provider/prometheus/query',
      /\{\{pod\}\}.*cluster/,
    ],
    [
      'an unknown variable in a body',
      http({ method: 'POST', body: { a: ['{{b}}'] } }),
      '/provider/http/body/a/0',
      /b/,
    ],
    ['a GET with a body', http({ body: {} }), '/provider/http/body', /POST/],
    [
      'a credential in a header',
      http({ headers: { Authorization: 'x' } }),
      '/provider/http/headers/Authorization',
      /log/,
    ],
    ["a header of the client's", http({ headers: { Host: 'x' } }), '/provider/http/headers/Host', /client/],
    [
      'a header that is split',
      http({ headers: { a: 'b\r\nc: d' } }),
      '/provider/http/headers/a',
      /printable/,
    ],
    ['a bad pointer', http({ jsonPointer: 'data' }), '/provider/http/jsonPointer', /Pointer/],
    ['a bad timeout', http({ timeout: '10' }), '/provider/http/timeout', /duration/],
    ['a long timeout', http({ timeout: '1h' }), '/provider/http/timeout', /between/],
    ['no timeout', query({ timeout: '0s' }), '/provider/prometheus/timeout', /between/],
    [
      'a query without a condition',
      query({}, { successCondition: undefined }),
      '/successCondition',
      /needed/,
    ],
    ['CEL that does not parse', query({}, { successCondition: 'result <' }), '/successCondition', /not CEL/],
    [
      'an unknown name',
      query({}, { failureCondition: 'rate > 1' }),
      '/failureCondition',
      /result and samples/,
    ],
    ["another provider's name", query({}, { failureCondition: 'status > 1' }), '/failureCondition', /status/],
    ['an unknown function', query({}, { failureCondition: 'avg(result) > 1.0' }), '/failureCondition', /avg/],
    ['an empty condition', query({}, { failureCondition: ' ' }), '/failureCondition', /empty/],
    [
      'a long condition',
      query({}, { failureCondition: 'true || '.repeat(200) }),
      '/failureCondition',
      /longer/,
    ],
    ['deep brackets', query({}, { failureCondition: '('.repeat(999) }), '/failureCondition', /not CEL/],
    ['a bad interval', query({}, { interval: 'often' }), '/interval', /duration/],
    ['no interval', query({}, { interval: '0s' }), '/interval', /between/],
    ['no count', query({}, { count: 0 }), '/count', /whole/],
    ['half a count', query({}, { count: 1.5 }), '/count', /whole/],
    ['a negative limit', query({}, { failureLimit: -1 }), '/failureLimit', /whole/],
    ['an endless limit', query({}, { errorLimit: Infinity }), '/errorLimit', /whole/],
    [
      'limits that need no success',
      query({}, { count: 2, failureLimit: 1, inconclusiveLimit: 1 }),
      '/count',
      /succeed/,
    ],
    ['another kind', jobWith({ kind: 'CronJob' }), '/provider/job/manifest/kind', /Job/],
    ['no manifest', job({ manifest: 'x' as never }), '/provider/job/manifest', /Job/],
    [
      'no containers',
      jobWith(podSpec({ containers: [] })),
      '/provider/job/manifest/spec/template/spec/containers',
      /one/,
    ],
    [
      'no restart policy',
      jobWith(podSpec({ restartPolicy: 'Always' })),
      '/provider/job/manifest/spec/template/spec/restartPolicy',
      /Never/,
    ],
    [
      'a suspended Job',
      jobWith({ spec: { ...manifest.spec, suspend: true } }),
      '/provider/job/manifest/spec/suspend',
      /end/,
    ],
    [
      'our own mark',
      jobWith({ metadata: { labels: { 'keelson.dev/application': 'shop' } } }),
      '/provider/job/manifest/metadata/labels/keelson.dev~1application',
      /Keelson/,
    ],
    [
      'a bad namespace',
      jobWith({ metadata: { namespace: 'A B' } }),
      '/provider/job/manifest/metadata/namespace',
      /label/,
    ],
    ['a short Job', job({ timeout: '10ms' }), '/provider/job/timeout', /between/],
  ])('%s', (_, verification, path, message) => {
    expect(problems(verification)).toEqual([[`/gate${path}`, expect.stringMatching(message)]]);
  });
});
