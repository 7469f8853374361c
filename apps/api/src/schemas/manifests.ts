import { z } from 'zod';

/** Looked into by the domain, which knows what a manifest must have; a schema would copy every object once more. */
export const manifests = z.array(z.unknown(), 'must be a list of objects').meta({
  description: 'Kubernetes objects',
  override: { type: 'array', items: { type: 'object', required: ['apiVersion', 'kind', 'metadata'] } },
});

export const manifestYaml = z
  .string()
  .meta({ description: 'The same as YAML documents; errors name document and line' });

export const images = z
  .record(z.string(), z.string())
  .meta({ description: 'Image by container name', example: { web: 'registry.example/shop/web:1.4.2' } });
