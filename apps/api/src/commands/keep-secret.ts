import { VaultKeyError, type Vault } from '@keelson/event-store';

/**
 * The version in the vault that holds a secret: `known`, the one in use, if it is the same, else a new one. Comes before
 * the event that names the version, so that none is ever named and missing.
 */
export const keepSecret = async (
  vault: Vault,
  name: string,
  secret: string,
  known?: string,
): Promise<string> => {
  if (known !== undefined && (await read(vault, name, known)) === secret) return known;
  return vault.put(name, secret);
};

/** What cannot be decrypted any more is to be replaced. */
const read = async (vault: Vault, name: string, version: string): Promise<string | undefined> => {
  try {
    return (await vault.get(name, version))?.toString('utf8');
  } catch (error) {
    if (error instanceof VaultKeyError) return undefined;
    throw error;
  }
};
