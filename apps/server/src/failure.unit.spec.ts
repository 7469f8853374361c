import { explainFailure, StartFailure } from './failure';

const withCode = (code: string, message = code): Error => Object.assign(new Error(message), { code });

describe('a start that failed', () => {
  it.each([
    ['ours', new StartFailure('KEELSON_PORT must be a port'), /^KEELSON_PORT must be a port$/],
    [
      'of several lines',
      new StartFailure('it did not start:\n  no space\n'),
      /^it did not start: \| no space$/,
    ],
    [
      'a database that is away',
      withCode('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:5432'),
      /DATABASE_URL/,
    ],
    ['a database that is starting', withCode('57P03', 'the database system is starting up'), /not up/],
    ['a wrong password', withCode('28P01', 'password authentication failed'), /password.*DATABASE_URL/],
    ['a database that is not there', withCode('3D000', 'database "x" does not exist'), /DATABASE_URL/],
    ['all addresses of a name', new AggregateError([withCode('ECONNREFUSED')]), /DATABASE_URL/],
    ['a folder that is not ours', withCode('EACCES', "permission denied, mkdir '/x'"), /KEELSON_DATA/],
    ['a folder that is a file', withCode('ENOTDIR', "not a directory, open '/x/y'"), /KEELSON_DATA/],
    [
      'a folder that cannot be written',
      withCode('EROFS', "read-only file system, open '/x'"),
      /KEELSON_DATA/,
    ],
  ])('is told in one line: %s', (_, error, line) => {
    expect(explainFailure(error)).toMatch(line);
    expect(explainFailure(error)).not.toContain('\n');
  });

  it('is told with its stack when it is a mistake of the program', () => {
    expect(explainFailure(new TypeError('x is not a function'))).toBeUndefined();
  });
});
