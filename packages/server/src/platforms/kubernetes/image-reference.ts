import { z } from 'zod';

const host =
  /(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)*[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?::\d{1,5})?\//;
const part = /[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*/;
const tag = /:(?<tag>\w[\w.-]{0,127})/;
const digest = /@(?<digest>sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})/;
const reference = new RegExp(
  `^(?:${host.source})?${part.source}(?:/${part.source})*(?:${tag.source})?(?:${digest.source})?$`,
);

/** An image as container runtimes name it: `registry.example/shop/web:1.4.2`, `web@sha256:…`. */
export const imageSchema = z
  .string()
  .max(512)
  .refine((text) => reference.test(text), 'Must be an image: HOST/NAME:TAG or HOST/NAME@sha256:DIGEST.');

/** Whether the same name may be another image tomorrow, by everybody's habit. */
export const isFloating = (image: string): boolean => {
  const groups = reference.exec(image)?.groups;
  return groups?.digest === undefined && (groups?.tag ?? 'latest') === 'latest';
};
