import { selects, validatePlacement, type Placement } from './placement';
import { matchesSelector, validateSelector, type LabelSelector } from './selector';

const labels = { tier: 'canary', region: 'eu' };

describe('matchesSelector', () => {
  const expression = (key: string, operator: string, values?: string[]): LabelSelector => ({
    matchExpressions: [{ key, operator: operator as 'In', ...(values ? { values } : {}) }],
  });
  const cases: [string, LabelSelector, boolean][] = [
    ['empty', {}, true],
    ['equal label', { matchLabels: { tier: 'canary' } }, true],
    ['other value', { matchLabels: { tier: 'prod' } }, false],
    ['all labels must match', { matchLabels: { tier: 'canary', region: 'us' } }, false],
    ['inherited property', { matchLabels: { constructor: 'x' } }, false],
    ['In', expression('tier', 'In', ['prod', 'canary']), true],
    ['In, other values', expression('tier', 'In', ['prod']), false],
    ['In, absent key', expression('zone', 'In', ['a']), false],
    ['NotIn', expression('tier', 'NotIn', ['prod']), true],
    ['NotIn, one of them', expression('tier', 'NotIn', ['canary']), false],
    ['NotIn, absent key', expression('zone', 'NotIn', ['a']), true],
    ['Exists', expression('tier', 'Exists'), true],
    ['Exists, absent', expression('zone', 'Exists'), false],
    ['Exists, inherited', expression('toString', 'Exists'), false],
    ['DoesNotExist', expression('zone', 'DoesNotExist'), true],
    ['DoesNotExist, present', expression('tier', 'DoesNotExist'), false],
    [
      'labels and expressions',
      { matchLabels: { tier: 'canary' }, ...expression('region', 'NotIn', ['eu']) },
      false,
    ],
  ];
  it.each(cases)('%s', (_, selector, expected) => expect(matchesSelector(selector, labels)).toBe(expected));
});

describe('selects', () => {
  const cases: [string, Placement, boolean][] = [
    ['neither: none', {}, false],
    ['an empty selector: every cluster', { clusterSelector: {} }, true],
    ['by name', { clusterNames: ['eu-1'] }, true],
    ['another name', { clusterNames: ['eu-2'] }, false],
    [
      'named, though the selector does not match',
      { clusterNames: ['eu-1'], clusterSelector: { matchLabels: { tier: 'x' } } },
      true,
    ],
    [
      'matched, though not named',
      { clusterNames: ['eu-2'], clusterSelector: { matchLabels: { tier: 'canary' } } },
      true,
    ],
  ];
  it.each(cases)('%s', (_, placement, expected) =>
    expect(selects(placement, { name: 'eu-1', labels })).toBe(expected),
  );
});

describe('validation', () => {
  it('finds nothing wrong with a good selector', () => {
    expect(
      validateSelector({
        matchLabels: { 'example.io/tier': 'canary', empty: '' },
        matchExpressions: [
          { key: 'a', operator: 'In', values: ['b'] },
          { key: 'c', operator: 'Exists' },
        ],
      }),
    ).toEqual([]);
  });

  it('names every bad place', () => {
    const selector = {
      matchLabels: { 'bad key': 'x', ok: '-bad-', 'Not_DNS/x': 'v' },
      matchExpressions: [
        { key: '', operator: 'In' },
        { key: 'a', operator: 'Exists', values: ['b'] },
        { key: 'a', operator: 'Gt', values: ['1'] },
        { key: 'a', operator: 'NotIn', values: ['fine', 'not fine'] },
      ],
    } as unknown as LabelSelector;
    expect(
      validatePlacement({ clusterSelector: selector, clusterNames: ['ok', 'No'] }).map(({ path }) => path),
    ).toEqual([
      '/placement/clusterSelector/matchLabels/bad key',
      '/placement/clusterSelector/matchLabels/ok',
      '/placement/clusterSelector/matchLabels/Not_DNS~1x',
      '/placement/clusterSelector/matchExpressions/0/key',
      '/placement/clusterSelector/matchExpressions/0/values',
      '/placement/clusterSelector/matchExpressions/1/values',
      '/placement/clusterSelector/matchExpressions/2/operator',
      '/placement/clusterSelector/matchExpressions/3/values/1',
      '/placement/clusterNames/1',
    ]);
  });
});
