import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { freePort } from './free-port';
import { linesOf } from './lines';
import { LogTail } from './log-tail';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder';

describe('scratch folder', () => {
  it('lets another account pass through, and goes with everything in it', async () => {
    const folder = await makeScratchFolder();
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
    await mkdir(join(folder, 'data', 'postgres'), { recursive: true });
    await writeFile(join(folder, 'data', 'postgres', 'PG_VERSION'), '18');
    await removeScratchFolder(folder);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  it('takes along a database that lives elsewhere behind a link, and nothing else', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'keelson-elsewhere-'));
    for (const name of ['data-1', 'lib']) await mkdir(join(elsewhere, name));
    await writeFile(join(elsewhere, 'data-1', 'PG_VERSION'), '18');
    const folder = await makeScratchFolder();
    await mkdir(join(folder, 'data'));
    await symlink(join(elsewhere, 'data-1'), join(folder, 'data', 'postgres'));
    await symlink(join(elsewhere, 'lib'), join(folder, 'data', 'lib'));
    await removeScratchFolder(folder);
    expect(await readdir(elsewhere)).toEqual(['lib']);
    await rm(elsewhere, { recursive: true });
  });
});

describe('log tail', () => {
  it('keeps the last lines, however they were cut into pieces', async () => {
    const stream = new PassThrough();
    const tail = new LogTail(2);
    tail.read(stream);
    for (const piece of ['one\ntw', 'o\nthree\n', '\nfo', 'ur']) stream.write(piece);
    stream.end();
    await new Promise((resolve) => stream.once('end', resolve));
    expect(String(tail)).toBe('three\nfour');
  });
});

describe('lines', () => {
  const end = jest.fn();
  async function* body(...chunks: string[]) {
    try {
      for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
    } finally {
      end();
    }
  }

  it('puts lines and characters together', async () => {
    const lines = [];
    for await (const line of linesOf(body('{"a"', ':1}\n{"b":"\xc3', '\xab"}\n'))) lines.push(line);
    expect(lines).toEqual(['{"a":1}', '{"b":"ë"}']);
  });

  it('ends the body when its reader leaves', async () => {
    end.mockClear();
    for await (const _ of linesOf(body('one\n', 'two\n'))) break;
    expect(end).toHaveBeenCalledTimes(1);
  });
});

it('finds a port that can be taken', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect((server.address() as AddressInfo).port).toBe(port);
  await new Promise((resolve) => server.close(resolve));
});
