import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { TimedCache } from './timed-cache.ts';
import { Failure, Id, NewUser, User, type UserBody } from './shapes.ts';

interface UserRow extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly created: Date;
}

const CACHED_USERS = 1_000;
const CACHED_FOR_MS = 2_000;

/** Users: written rarely and read often, so reads of the last two seconds are kept. */
export const userRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { session } = app.cassandra;
  const select = await session.prepare<UserRow>('SELECT id, name, email, created FROM users WHERE id = ?');
  const insert = await session.prepare('INSERT INTO users (id, name, email, created) VALUES (?, ?, ?, ?)', {
    idempotent: true,
  });
  const update = await session.prepare('UPDATE users SET name = ?, email = ? WHERE id = ? IF EXISTS');
  const cache = new TimedCache<UserBody | null>(CACHED_USERS, CACHED_FOR_MS);

  app.post(
    '/users',
    { schema: { tags: ['users'], body: NewUser, response: { 201: User } } },
    async (request, reply) => {
      const user = { id: randomUUID(), ...request.body, created: new Date().toISOString() };
      await request.cassandra.execute(insert, [user.id, user.name, user.email, new Date(user.created)]);
      return reply.code(201).header('location', `/users/${user.id}`).send(user);
    },
  );

  const byId = { tags: ['users'], params: Type.Object({ id: Id }) };
  app.get('/users/:id', { schema: { ...byId, response: { 200: User, 404: Failure } } }, async (request, reply) => {
    // Several requests may wait for one reading: it must not end with the one that happened to be first.
    const user = await cache.get(request.params.id, async (id) => {
      const row = (await session.execute(select, [id], { timeoutMs: 2_000 })).one();
      return row === null ? null : { ...row, created: row.created.toISOString() };
    });
    return user ?? reply.code(404).send({ statusCode: 404, message: 'There is no such user' });
  });

  const changed = { 204: Type.Null(), 404: Failure };
  app.put('/users/:id', { schema: { ...byId, body: NewUser, response: changed } }, async (request, reply) => {
    const { id } = request.params;
    const result = await request.cassandra.execute(update, [request.body.name, request.body.email, id]);
    cache.delete(id);
    if (!result.wasApplied) return reply.code(404).send({ statusCode: 404, message: 'There is no such user' });
    return reply.code(204).send(null);
  });
};
