import { logQuery } from './log-query';

describe('the query of the log', () => {
  it('has one name for each set of filters, whatever their values', () => {
    expect(logQuery({ application: 'a' }).name).toBe(logQuery({ application: 'b', after: 3, limit: 9 }).name);
    expect(logQuery({ application: 'a' }).name).not.toBe(logQuery({ cluster: 'a' }).name);
    expect(logQuery({ application: 'a' }).text).toBe(logQuery({ application: 'b', after: 3 }).text);
  });

  it('never puts a value into the text', () => {
    const { text, values } = logQuery({ application: `'; drop table events`, actor: 'alice', upTo: 7 });
    expect(text).not.toContain('drop');
    expect(values).toEqual([0, 500, 7, `'; drop table events`, 'alice']);
    for (const number of [1, 2, 3, 4, 5]) expect(text).toContain(`$${number}`);
  });

  it('leaves out filters that are undefined', () => {
    expect(logQuery({ run: undefined, type: undefined })).toEqual(logQuery({}));
  });
});
