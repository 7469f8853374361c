import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Addresses that no verification may ask: link-local ones, behind which clouds keep the credentials of the machine, and
 * the metadata addresses that are not link-local. Private addresses are fine: Prometheus is nearly always on one.
 */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addAddress('100.100.100.200', 'ipv4'); // Alibaba Cloud
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6'); // AWS
forbidden.addAddress('fd20:ce::254', 'ipv6'); // Google Cloud
// IPv4 inside IPv6; BlockList itself sees through ::ffff:0:0/96.
forbidden.addSubnet('::a9fe:0', 112, 'ipv6'); // IPv4-compatible
forbidden.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6'); // NAT64
forbidden.addSubnet('2002:a9fe::', 32, 'ipv6'); // 6to4

/** The address may not be asked. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
  constructor(host: string, address: string) {
    super(`${host === address ? host : `${host} (${address})`} is a link-local or metadata address`);
  }
}

const isForbidden = (address: string): boolean =>
  forbidden.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Sockets ask no resolver about an address, so that one in a URL is looked at here. @throws ForbiddenAddressError */
export const refuseForbiddenHost = ({ hostname }: URL): void => {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isForbidden(host)) throw new ForbiddenAddressError(host, host);
};

/**
 * A resolver for sockets that fails when any answer is forbidden. It stands where the connection is made, because a name
 * that is looked up twice may answer twice differently (DNS rebinding).
 */
export const guarded =
  (lookup: LookupFunction): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const bad = addresses.find(({ address }) => isForbidden(address));
      if (bad) return callback(new ForbiddenAddressError(hostname, bad.address), []);
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
