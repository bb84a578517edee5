import type { Action } from '@duban/directory';
import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { IN_PERSON, NEEDS, PUBLIC } from './requests';

/** A route, and who may call it. */
export interface Route {
  /** `GET` */
  method: string;
  /** Without the prefix, with `{id}` for what varies: `/plans/{id}`. */
  path: string;
  /** One of these at least; empty for anybody who is signed in; null for anybody at all. */
  needs: readonly Action[] | null;
  /** For people, not for API tokens. */
  isInPerson: boolean;
  handler: string;
}

/**
 * The routes of controllers, in the order in which they are declared.
 * @throws Error naming the routes that do not say what they need
 */
export function routesOf(controllers: readonly Type[]): Route[] {
  const faults: string[] = [];
  const routes = controllers.flatMap((controller) =>
    handlersOf(controller).flatMap(({ name, handler, method }): Route[] => {
      const metadata = (key: string): unknown =>
        Reflect.getMetadata(key, handler) ?? (Reflect.getMetadata(key, controller) as unknown);
      const needs = metadata(NEEDS) as Action[] | undefined;
      const isPublic = metadata(PUBLIC) === true;
      const where = `${controller.name}.${name}`;
      if (isPublic === (needs !== undefined)) faults.push(where);
      return pathsOf(controller, handler).map((path) => ({
        method,
        path,
        needs: isPublic ? null : (needs ?? []),
        isInPerson: metadata(IN_PERSON) === true,
        handler: where,
      }));
    }),
  );
  if (faults.length > 0) {
    throw new Error(
      `routes say by @Needs, @AnySignedIn or @Public who may call them, one of these: ${faults.join(', ')}`,
    );
  }
  return routes;
}

type Handler = (...given: never[]) => unknown;

function handlersOf(controller: Type): { name: string; handler: Handler; method: string }[] {
  const members = controller.prototype as Record<string, Handler>;
  return Object.getOwnPropertyNames(members).flatMap((name) => {
    const handler = members[name];
    if (name === 'constructor' || typeof handler !== 'function') return [];
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    return method === undefined ? [] : [{ name, handler, method: RequestMethod[method] }];
  });
}

function pathsOf(controller: Type, handler: Handler): string[] {
  const partsOf = (target: object): string[] =>
    [(Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined) ?? ''].flat();
  return partsOf(controller).flatMap((base) =>
    partsOf(handler).map((path) => {
      const whole = `/${base}/${path}`.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
      return whole.replaceAll(/:(\w+)/g, '{$1}');
    }),
  );
}
