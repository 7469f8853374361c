import { expiryOf } from './expiry';

const server = 'https://eu-1:6443';
const jwt = (claims: unknown): string =>
  ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

const ENDS = '2029-08-22T18:36:00.000Z';
/** Self-signed, of a key that nobody kept. */
const CERTIFICATE = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJjekNDQVJtZ0F3SUJBZ0lVWlBqQUZWay96eWUvZGdnWnRocnpUQldxR3kw',
  'd0NnWUlLb1pJemowRUF3SXcKRHpFTk1Bc0dBMVVFQXd3RWRHVnpkREFlRncweU5qRXhNall4T0RNMk1EQmFGdzB5T1RBNE1qSXhP',
  'RE0yTURCYQpNQTh4RFRBTEJnTlZCQU1NQkhSbGMzUXdXVEFUQmdjcWhrak9QUUlCQmdncWhrak9QUU1CQndOQ0FBUUZkbjVnCjRw',
  'OCtmUXpjMkpuTXJuUVZmRnczR3BnZG9EdFExZDV4R2phUldwR2NJSDRoOVVtS0FuWHlrb1p2RUNlOG11Q3EKdjFrRHAyTmRUNWRm',
  'K3MvY28xTXdVVEFkQmdOVkhRNEVGZ1FVSjZPL1NtL3loZW9DNlVFcEZVTXh1U0tTUWRrdwpId1lEVlIwakJCZ3dGb0FVSjZPL1Nt',
  'L3loZW9DNlVFcEZVTXh1U0tTUWRrd0R3WURWUjBUQVFIL0JBVXdBd0VCCi96QUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpRUErVXBO',
  'eUg5amdtNDVaYzZRZXUxZ3V1OWRPMU94RWVNWWVNTjcKSUIrNFlpOENJRTVLNTdwLy9hRmZhOG15VFV3NjBHTDZPelhIbVh6M1Nj',
  'cXFxSmo1bU1iOAotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==',
].join('');

describe('the end of credentials', () => {
  it.each<[string, object, object | undefined]>([
    [
      'a token that says so',
      { token: jwt({ exp: 1_900_000_000 }) },
      { what: 'token', at: '2030-03-17T17:46:40.000Z' },
    ],
    ['a legacy token', { token: jwt({ sub: 'system:serviceaccount:a:b' }) }, undefined],
    ['an opaque token', { token: 'abcdef.0123456789abcdef' }, undefined],
    ['a token that only looks like one', { token: 'a.b.c' }, undefined],
    ['an end that is no number', { token: jwt({ exp: 'tomorrow' }) }, undefined],
    ['an end beyond all time', { token: jwt({ exp: 1e300 }) }, undefined],
    ['claims that are no object', { token: jwt(null) }, undefined],
    ['a certificate', { clientCertData: CERTIFICATE }, { what: 'client certificate', at: ENDS }],
    ['what is no certificate', { clientCertData: 'bm8=' }, undefined],
    ['a name and a password', { username: 'u', password: 'p' }, undefined],
    [
      'both: the earlier',
      { token: jwt({ exp: 1_900_000_000 }), clientCertData: CERTIFICATE },
      { what: 'client certificate', at: ENDS },
    ],
  ])('%s', (_name, parts, expiry) => expect(expiryOf({ server, ...parts })).toEqual(expiry));
});
