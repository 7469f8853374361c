import { PassThrough } from 'node:stream';
import { bar } from './bar';
import { coloursFor } from './colours';
import { Screen } from './screen';

const terminal = (rows: number) => Object.assign(new PassThrough(), { isTTY: true, rows });

describe('Screen', () => {
  it('goes back over exactly the lines that it drew', () => {
    const output = terminal(24);
    const screen = new Screen(output);
    screen.draw(['a', 'b', 'c']);
    output.read();
    screen.draw(['d']);
    const drawn = String(output.read());
    expect(drawn.startsWith('\x1b[3A\r\x1b[0J')).toBe(true);
    expect(drawn).toContain('d\n');
    screen.draw([]);
    expect(String(output.read())).toContain('\x1b[1A');
  });

  it('never draws more lines than can be drawn over', () => {
    const output = terminal(6);
    new Screen(output).draw(['1', '2', '3', '4', '5', '6', '7']);
    expect(String(output.read())).not.toContain('6');
  });
});

describe('colours', () => {
  it.each([
    ['a terminal', {}, true, true],
    ['no terminal', {}, false, false],
    ['NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true, true],
    ['a dumb terminal', { TERM: 'dumb' }, true, false],
  ])('%s', (_, env, isTTY, coloured) => {
    const output = Object.assign(new PassThrough(), { isTTY });
    expect(coloursFor({ env }, output).isColorSupported).toBe(coloured);
  });
});

describe('bar', () => {
  const plain = coloursFor({ env: { NO_COLOR: '1' } }, terminal(24));

  it.each([
    [0, 4, '░░░░'],
    [1, 4, '█░░░'],
    [3.9, 4, '███░'],
    [4, 4, '████'],
    [9, 4, '████'],
    [0, 0, '████'],
  ])('%d of %d', (done, whole, drawn) => expect(bar(plain, done, whole, 4)).toBe(drawn));
});
