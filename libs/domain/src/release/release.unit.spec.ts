import { given, typesOf } from '../kernel/scenario';
import { releaseAt, releaseNamed, versionsText, type PastRelease } from './find-release';
import { releaseDecider, type Release } from './release';

const past = (sequence: number, version: string, revision: string, position: number): PastRelease => ({
  release: `shop-r${sequence}`,
  run: `shop-${sequence}`,
  version,
  revision,
  position,
});

const history = [
  past(1, '1.0', 'aaa', 10),
  past(2, '1.1', 'bbb', 20),
  past(3, '1.0', 'ccc', 30),
  past(4, 'bbb', 'ddd', 40),
];

describe('a release that people name', () => {
  it.each([
    ['a version', '1.1', 'shop-r2'],
    ['the newest of a version that was released twice', '1.0', 'shop-r3'],
    ['a revision', 'aaa', 'shop-r1'],
    ['a version before a revision of the same name', 'bbb', 'shop-r4'],
    ['nothing', '2.0', undefined],
  ])('is found by %s', (_, name, release) => expect(releaseNamed(history, name)?.release).toBe(release));

  it.each([
    ['had been settled, not what was under way', 25, 'shop-1', 'shop-r1'],
    ['was asked for last when nothing had been settled', 25, undefined, 'shop-r2'],
    ['was asked for right there', 20, undefined, 'shop-r2'],
    [
      'was asked for last, when what had been settled was of an application deleted since',
      25,
      'shop-0',
      'shop-r2',
    ],
    ['is nothing before the first', 9, undefined, undefined],
  ])('at a position is what %s', (_, position, settled, release) =>
    expect(releaseAt(history, position, settled)?.release).toBe(release),
  );

  it('is not found among those whose position is not known yet', () => {
    const { position: _, ...unsealed } = past(5, '2.0', 'eee', 0);
    expect(releaseAt([unsealed], 100)).toBeUndefined();
  });

  it('is told from the newest on, each once, and not without end', () => {
    expect(versionsText(history)).toBe('known are bbb, 1.0, 1.1');
    expect(versionsText([])).toBe('nothing was released yet');
    const many = Array.from({ length: 25 }, (_, index) => past(index, `v${index}`, 'x', index));
    expect(versionsText(many)).toMatch(/^known are v24, .*, v5 and 5 older ones$/);
  });
});

it('a release is frozen once', () => {
  const content: Release = {
    release: 'shop-r2',
    application: 'shop',
    version: '1.0',
    revision: 'aaa',
    images: {},
    objects: [],
    restores: 'shop-r1',
  };
  const frozen = { type: 'ReleaseFrozen' as const, data: content };
  const freeze = { type: 'FreezeRelease' as const, content };
  expect(given(releaseDecider, []).when(freeze)).toEqual({ ok: true, events: [frozen] });
  expect(typesOf(given(releaseDecider, [frozen]).when(freeze))).toEqual(['rejected: release-is-frozen']);
});
