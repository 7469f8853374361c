import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Addresses that nobody outside may have us ask: link-local ones, behind which clouds keep the credentials of the
 * machine, and the metadata addresses that are not link-local. Private addresses are fine for verifications: Prometheus
 * is nearly always on one.
 */
const metadata = new BlockList();
metadata.addSubnet('169.254.0.0', 16, 'ipv4');
metadata.addAddress('100.100.100.200', 'ipv4'); // Alibaba Cloud
metadata.addSubnet('fe80::', 10, 'ipv6');
metadata.addAddress('fd00:ec2::254', 'ipv6'); // AWS
metadata.addAddress('fd20:ce::254', 'ipv6'); // Google Cloud
// IPv4 inside IPv6; BlockList itself sees through ::ffff:0:0/96.
metadata.addSubnet('::a9fe:0', 112, 'ipv6'); // IPv4-compatible
metadata.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6'); // NAT64
metadata.addSubnet('2002:a9fe::', 32, 'ipv6'); // 6to4

/** What is not reached through the public internet: the special-purpose registries of IANA (RFC 6890). */
const notPublic = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 96], // Unspecified, loopback, IPv4-compatible
  ['64:ff9b::', 96], // NAT64
  ['2002::', 16], // 6to4
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  notPublic.addSubnet(net, bits, 'ipv6');

/** Which addresses are refused, and what they are called when they are. */
export interface AddressRule {
  readonly refused: BlockList;
  readonly name: string;
}

export const NO_METADATA: AddressRule = { refused: metadata, name: 'a link-local or metadata address' };
export const ONLY_PUBLIC: AddressRule = {
  refused: notPublic,
  name: 'a private address, which callbacks may reach only with KEELSON_ALLOW_PRIVATE_CALLBACKS=true',
};

/** The address may not be asked. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
  constructor(host: string, address: string, rule: AddressRule) {
    super(`${host === address ? host : `${host} (${address})`} is ${rule.name}`);
  }
}

const isForbidden = (address: string, { refused }: AddressRule): boolean =>
  refused.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Sockets ask no resolver about an address, so that one in a URL is looked at here. @throws ForbiddenAddressError */
export const refuseForbiddenHost = ({ hostname }: URL, rule: AddressRule): void => {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isForbidden(host, rule)) throw new ForbiddenAddressError(host, host, rule);
};

/**
 * A resolver for sockets that fails when any answer is forbidden. It stands where the connection is made, because a name
 * that is looked up twice may answer twice differently (DNS rebinding).
 */
export const guarded =
  (lookup: LookupFunction, rule: AddressRule): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const bad = addresses.find(({ address }) => isForbidden(address, rule));
      if (bad) return callback(new ForbiddenAddressError(hostname, bad.address, rule), []);
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
