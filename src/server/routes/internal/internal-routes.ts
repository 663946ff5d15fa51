import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';

export type InternalHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** A handler whose body is held against a schema before it runs. */
export interface ValidatedHandler {
  readonly body: TSchema;
  readonly handler: InternalHandler;
}

export type InternalMethods = Readonly<
  Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', InternalHandler | ValidatedHandler>>
>;

/** Registers a path of the internal API with its methods. */
export type InternalRoutes = (url: string, methods: InternalMethods) => void;
