/** The fleet of the demo: two canaries and four production clusters in three regions. */
export interface FleetMember {
  readonly name: string;
  readonly tier: 'canary' | 'prod';
  readonly region: string;
}

export const CANARIES: readonly FleetMember[] = [
  { name: 'canary-eu', tier: 'canary', region: 'eu' },
  { name: 'canary-us', tier: 'canary', region: 'us' },
];

export const PRODUCTION: readonly FleetMember[] = [
  { name: 'prod-asia', tier: 'prod', region: 'asia' },
  { name: 'prod-eu-1', tier: 'prod', region: 'eu' },
  { name: 'prod-eu-2', tier: 'prod', region: 'eu' },
  { name: 'prod-us', tier: 'prod', region: 'us' },
];

export const FLEET: readonly FleetMember[] = [...CANARIES, ...PRODUCTION];
