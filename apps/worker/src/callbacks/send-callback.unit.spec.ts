import { flood, Outside } from '../verification/outside.spec';
import { mayBeHeard, sendCallback, type SendOptions } from './send-callback';
import { signatureOf } from './signature';

const outside = new Outside();
beforeAll(() => outside.start());
afterAll(() => outside.stop());

const event = {
  id: 'eu-repair-1',
  source: '/keelson/clusters/eu',
  type: 'dev.keelson.node-repair.requested',
  subject: 'n1',
  time: '2026-11-19T12:00:00.000Z',
  data: { node: 'n1' },
};
const send = (path: string, change: Partial<SendOptions> = {}, url = `${outside.url}${path}`) =>
  sendCallback({ url, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, event, {
    allowPrivate: true,
    signal: new AbortController().signal,
    now: 1_614_265_330_500,
    ...change,
  });

it('signs as the example of Standard Webhooks has it', () => {
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  expect(
    signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id, 1_614_265_330, '{"test": 2432232314}'),
  ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

it('sends one CloudEvent, signed', async () => {
  outside.json('/ok', {}, 202);
  await send('/ok');
  const seen = outside.seen.at(-1);
  expect(seen).toMatchObject({
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': 'eu-repair-1',
      'webhook-timestamp': '1614265330',
    },
  });
  const body = seen?.body ?? '';
  expect(JSON.parse(body)).toEqual({ specversion: '1.0', datacontenttype: 'application/json', ...event });
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  expect(seen?.headers['webhook-signature']).toBe(signatureOf(secret, event.id, 1_614_265_330, body));
});

it('takes nothing but 2xx for an acknowledgement, and follows no redirect', async () => {
  outside.json('/full', { error: 'try  later' }, 503);
  await expect(send('/full')).rejects.toThrow('answered 503: {"error":"try later"}');
  outside.redirect('/moved', `${outside.url}/ok`, 307);
  const before = outside.seen.length;
  await expect(send('/moved')).rejects.toThrow('answered 307');
  expect(outside.seen.length).toBe(before + 1);
});

it('takes 2xx for an acknowledgement however much is said with it', async () => {
  outside.on('/flood', (_, response) => flood(response.writeHead(202)));
  await send('/flood');
  outside.on('/complains', (_, response) => flood(response.writeHead(500)));
  await expect(send('/complains')).rejects.toThrow('answered 500: xxx');
});

it('gives up an attempt that is not answered', async () => {
  outside.on('/silent', () => undefined);
  await expect(send('/silent', { timeoutMs: 50 })).rejects.toThrow('no answer within');
});

it('knows which failures the receiver may have heard all the same', async () => {
  outside.json('/full', {}, 503);
  outside.on('/silent', () => undefined);
  outside.on('/cut', (request) => request.socket.destroy());
  const heard = async (...how: Parameters<typeof send>) =>
    mayBeHeard(await send(...how).catch((error) => error));
  expect(await heard('/silent', { timeoutMs: 50 })).toBe(true);
  expect(await heard('/cut')).toBe(true);
  outside.on('/garbled', (request) => request.socket.end('HTTP/1.1 2oo OK\r\n\r\n'));
  expect(await heard('/garbled')).toBe(true);
  expect(await heard('/full')).toBe(false);
  expect(await heard('', {}, 'http://127.0.0.1:1/')).toBe(false);
  expect(await heard('', { allowPrivate: false })).toBe(false);
});

it.each([
  'http://127.0.0.1:1/',
  'http://10.1.2.3/',
  'http://[::1]/',
  'http://[fd00::1]/',
  'http://[::ffff:192.168.0.1]/',
  'http://169.254.169.254/',
])('does not call %s unless private callbacks are allowed', async (url) => {
  await expect(send('', { allowPrivate: false }, url)).rejects.toThrow('is a private address');
});

it('asks the resolver once, and believes none that leads inside', async () => {
  const lookup: SendOptions['lookup'] = (_, __, answer) =>
    answer(null, [{ address: '192.168.1.1', family: 4 }]);
  await expect(send('', { allowPrivate: false, lookup }, 'http://repair.example/')).rejects.toThrow(
    'repair.example (192.168.1.1) is a private address',
  );
});

it('never calls a metadata service', async () => {
  await expect(send('', {}, 'http://169.254.169.254/')).rejects.toThrow('metadata address');
});
