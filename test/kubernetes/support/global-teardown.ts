/** Stops what the global set-up started. */
export default async function tearDown(): Promise<void> {
  await globalThis.keelsonOwnFleet?.stop();
}
