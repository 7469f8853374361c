import { table } from './table';

describe('table', () => {
  it('aligns columns and draws no lines', () => {
    expect(
      table(
        ['NAME', 'PHASE'],
        [
          ['eu-1', 'Connected'],
          ['us-west-2', 'Pending'],
        ],
      ),
    ).toBe(['NAME       PHASE', 'eu-1       Connected', 'us-west-2  Pending'].join('\n'));
  });

  it('keeps a row on one line, whatever the message has in it', () => {
    expect(table(['A', 'B'], [['x', 'first\n  second']]).split('\n')).toEqual(['A  B', 'x  first second']);
  });

  it('aligns by what is seen, not by the colour codes', () => {
    const lines = table(
      ['P', 'N'],
      [
        ['\x1b[32mGood\x1b[39m', '1'],
        ['Worse', '2'],
      ],
    ).split('\n');
    expect(lines[1]).toBe('\x1b[32mGood\x1b[39m   1');
  });
});
