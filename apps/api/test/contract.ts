import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import type { Answer, Edge, Json, Method } from './edge';

/** One operation of the OpenAPI document. */
export interface Operation {
  method: Method;
  /** With `{id}` for what varies. */
  path: string;
  name: string;
  document: Json;
}

/** What `GET /api/openapi.json` promises, to hold answers against. */
export class Contract {
  readonly operations: Operation[];
  private readonly ajv: Ajv;
  private readonly validators = new Map<string, ValidateFunction>();

  private constructor(readonly document: Json) {
    // Formats say more to people than the patterns beside them do to a machine.
    const formats = { uuid: true, date: true, 'date-time': true, binary: true } as const;
    this.ajv = new Ajv({ strict: false, allErrors: true, formats });
    // A problem may say more than what all problems say.
    const { Problem, ...schemas } = document.components.schemas;
    this.ajv.addSchema({ $id: 'openapi', components: { schemas: { ...closed(schemas), Problem } } });
    this.operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([verb, operation]) => {
        const method = verb.toUpperCase() as Method;
        return { method, path, name: `${method} ${path.replace('/api/v1', '')}`, document: operation };
      }),
    );
  }

  static async of(edge: Edge): Promise<Contract> {
    return new Contract(await edge.nobody().get('/api/openapi.json'));
  }

  /** What an answer has that the document does not promise, and the other way round; empty where it is as promised. */
  faultsIn(operation: Operation, answer: Answer): string[] {
    const { responses } = operation.document;
    const promised = responses[answer.status] ?? (answer.status >= 400 ? responses.default : undefined);
    if (!promised) return [`${operation.name} does not promise ${answer.status}`];
    const content: Json = promised.content ?? { '': { schema: null } };
    const given = (answer.headers['content-type'] ?? '').split(';')[0]!;
    if (!(given in content)) return [`${operation.name} promises ${Object.keys(content).join()}, not ${given}`];
    const { schema } = content[given];
    if (schema === null) return answer.text === '' ? [] : [`${operation.name} promises no body`];
    if (schema.format === 'binary') return answer.bytes.length > 0 ? [] : [`${operation.name} promises a file`];
    const validate = this.validator(schema);
    if (validate(answer.body)) return [];
    return validate.errors!.map(
      (error) => `${operation.name}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
  }

  /** A schema with the one that it refers to, if it does. */
  resolve(schema: Json): Json {
    return schema.$ref ? this.document.components.schemas[schema.$ref.split('/').at(-1)] : schema;
  }

  private validator({ $ref }: { $ref: string }): ValidateFunction {
    const known = this.validators.get($ref) ?? this.ajv.compile({ $ref: `openapi${$ref}` });
    this.validators.set($ref, known);
    return known;
  }
}

/** Schemas that allow no property but those they name: what is not documented is not given out. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isObject = schema.type === 'object' && schema.properties !== undefined;
  return isObject && schema.additionalProperties === undefined ? { ...inner, additionalProperties: false } : inner;
}
