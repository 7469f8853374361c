import { homedir } from 'node:os';
import { runCli } from './cli';

// `keelson audit | head` closes our output early: nobody is left to read, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const { env, stdin, stdout, stderr } = process;

void runCli(process.argv.slice(2), { env, cwd: process.cwd(), home: homedir(), stdin, stdout, stderr }).then(
  (code) => {
    process.exitCode = code;
  },
);
