# One image; the command says which part of Keelson a container is: all, api or worker.
FROM node:24-bookworm-slim AS build
WORKDIR /keelson
COPY package.json package-lock.json .npmrc .swcrc ./
COPY libs libs
COPY apps apps
COPY scripts scripts
RUN npm ci --no-audit --no-fund && node scripts/build.mjs && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production KEELSON_HOST=0.0.0.0 KEELSON_DATA=/var/lib/keelson
WORKDIR /keelson
COPY --from=build /keelson/node_modules node_modules
COPY --from=build /keelson/package.json .
COPY --from=build /keelson/libs libs
COPY --from=build /keelson/apps apps
COPY migrations migrations
RUN mkdir -p /var/lib/keelson && chown node /var/lib/keelson
USER node
EXPOSE 8080
ENTRYPOINT ["node", "apps/server/dist/main.js"]
CMD ["all"]
