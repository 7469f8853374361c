/** Runs `work` in a closed loop by each of `clients` for `seconds`; times a second. */
export const closedLoop = async (
  clients: number,
  seconds: number,
  work: (client: number, turn: number) => Promise<unknown>,
) => {
  const start = performance.now();
  const end = start + seconds * 1_000;
  let done = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let turn = 0; performance.now() < end; turn += 1, done += 1) await work(client, turn);
    }),
  );
  return Math.round(done / ((performance.now() - start) / 1_000));
};
