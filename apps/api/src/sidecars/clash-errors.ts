import type { FieldError, SidecarContainer } from '@keelson/domain';
import type { Clash } from './clashes.queries';

/** By the place of the container in the request; of the request as a whole where the definition has it. */
export const clashErrors = (
  clashes: readonly Clash[],
  containers: readonly SidecarContainer[],
  given: boolean,
): FieldError[] =>
  clashes.map(({ container, message }) => {
    const index = containers.findIndex(({ name }) => name === container);
    return { path: given ? `/containers/${index}/name` : '', message };
  });
