import { type Static, Type } from 'typebox';

/** What goes in and out: Fastify validates and serialises by these, OpenAPI describes them, TypeScript checks them. */
export const Id = Type.String({ format: 'uuid' });
const Time = Type.String({ format: 'date-time' });
const Money = Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,2})?$', examples: ['12.50'] });
const Items = Type.Record(Type.String({ minLength: 1, maxLength: 64 }), Type.Integer({ minimum: 1, maximum: 1_000 }), {
  minProperties: 1,
  maxProperties: 50,
});

export const NewUser = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 200 }), email: Type.String({ format: 'email', maxLength: 320 }) },
  { additionalProperties: false },
);
export const User = Type.Object({ id: Id, name: Type.String(), email: Type.String(), created: Time });

export const NewOrder = Type.Object({ userId: Id, total: Money, items: Items }, { additionalProperties: false });
export const Order = Type.Object({
  id: Id,
  userId: Id,
  created: Time,
  status: Type.String(),
  total: Money,
  items: Type.Record(Type.String(), Type.Integer()),
});
export const OrderPage = Type.Object({
  orders: Type.Array(Order),
  next: Type.Union([Type.String(), Type.Null()], { description: 'The cursor of the next page; null after the last' }),
});

/** A page of something: `cursor` is the `next` of the page before. */
export const PageQuery = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 20 }),
  cursor: Type.Optional(Type.String({ maxLength: 100, pattern: '^\\d{1,15}\\.[0-9a-f-]{36}$' })),
});
/** From (inclusive) to (exclusive). */
export const TimeRange = Type.Object({ from: Time, to: Time });
export const Failure = Type.Object({ statusCode: Type.Integer(), message: Type.String() });

export type NewOrderBody = Static<typeof NewOrder>;
export type OrderBody = Static<typeof Order>;
export type UserBody = Static<typeof User>;
