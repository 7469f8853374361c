import { parseFlags } from './main';

describe('the flags of the simulator', () => {
  it('have defaults', () => {
    expect(parseFlags([])).toEqual({ clusters: 3, port: 9000, host: '127.0.0.1', data: '.keelson' });
  });

  it('take a count or names', () => {
    expect(parseFlags(['--clusters', '12', '--port', '0']).clusters).toBe(12);
    expect(parseFlags(['--clusters', 'eu-1,us-1', '--data', '/tmp/x'])).toMatchObject({
      clusters: ['eu-1', 'us-1'],
      data: '/tmp/x',
    });
  });

  it.each([
    [['--clusters', '0'], '--clusters must be 1 to'],
    [['--clusters', 'Bad_Name'], 'DNS-1123'],
    [['--clusters', 'a,a'], 'twice'],
    [['--clusters'], 'needs a value'],
    [['--port', '70000'], 'is not a port'],
    [['--port', 'x'], 'is not a port'],
    [['--nonsense', '1'], 'unknown flag --nonsense'],
  ])('refuse %j', (args, message) => {
    expect(() => parseFlags(args)).toThrow(message);
  });
});
