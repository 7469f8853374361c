/** The grammar of https://github.com/distribution/reference, without normalisation. */
const DOMAIN =
  /^(localhost|[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(:[0-9]+)?$/;
const COMPONENT = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Longest name (without tag and digest) that registries take. */
const MAX_NAME = 255;
const MAX_REFERENCE = 1024;

/** Whether a string is `[domain[:port]/]path[:tag][@digest]`. */
export const isImageReference = (reference: string): boolean => {
  if (reference.length > MAX_REFERENCE) return false;
  const [named = '', digest, ...more] = reference.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return false;
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  if (colon >= 0 && !TAG.test(named.slice(colon + 1))) return false;
  const name = colon >= 0 ? named.slice(0, colon) : named;
  const components = name.split('/');
  const [domain = ''] = components;
  // What comes before the first slash is a registry when it cannot be a path, as in every container runtime.
  const hasDomain = components.length > 1 && /[.:[A-Z]|^localhost$/.test(domain);
  if (hasDomain && !DOMAIN.test(domain)) return false;
  return name.length <= MAX_NAME && components.slice(hasDomain ? 1 : 0).every((part) => COMPONENT.test(part));
};
