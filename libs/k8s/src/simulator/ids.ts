import { createHash, randomInt } from 'node:crypto';

/** Characters of generated names: no vowels, no look-alikes, as in k8s.io/apimachinery/pkg/util/rand. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** Uids and name suffixes; the same seed gives the same sequence. */
export class Ids {
  private state: number;

  constructor(seed: string | undefined) {
    this.state =
      seed === undefined ? randomInt(2 ** 32) : createHash('sha256').update(seed).digest().readUInt32LE(0);
  }

  uid(): string {
    const hex = Array.from({ length: 8 }, () => this.next(65_536).toString(16).padStart(4, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  suffix(length = 5): string {
    return Array.from({ length }, () => SAFE.charAt(this.next(SAFE.length))).join('');
  }

  /** An integer in [0, bound); mulberry32. */
  next(bound: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }
}

/** A short, name-safe digest, as in the suffix of a ReplicaSet's name. */
export function safeHash(value: unknown, length = 10): string {
  const digest = createHash('sha256').update(JSON.stringify(value)).digest();
  return Array.from(digest.subarray(0, length), (byte) => SAFE.charAt(byte % SAFE.length)).join('');
}
