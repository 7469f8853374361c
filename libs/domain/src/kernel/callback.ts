/** Somebody who is told of what happens by a signed POST. */
export interface Callback {
  readonly url: string;
  /** The vault's version of the secret that messages are signed with; the secret itself never enters the log. */
  readonly secret?: string;
}

/** Why an address cannot be called back; undefined when it can be, as far as its text tells. */
export const callbackUrlProblem = (text: string): string | undefined => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    return 'must be a URL that begins with http:// or https://';
  const { username, password } = new URL(text);
  // It is kept in the log and shown to whoever may read.
  return username || password
    ? 'must not contain credentials; give a secret to sign with instead'
    : undefined;
};

/** Under which the vault has the secrets that an application's releases gave to be called back with. */
export const releaseCallbackSecrets = (application: string): string => `release-callback/${application}`;
