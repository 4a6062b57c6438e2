import { AwsSdkSigV4Signer } from '@aws-sdk/core/httpAuthSchemes'
import { Client, NoOpLogger, type SmithyResolvedConfiguration } from '@smithy/core/client'
import { getRetryPlugin, StandardRetryStrategy } from '@smithy/core/retry'
import { getSchemaSerdePlugin } from '@smithy/core/schema'
import type {
  FinalizeRequestMiddleware,
  HttpRequest,
  MetadataBearer,
  MiddlewareStack,
  NodeHttpHandlerOptions,
} from '@smithy/types'
import { headerSigner, type SigningPlace } from './header-signer.ts'
import { httpHandler, type Waits } from './http-handler.ts'
import { bytesOf, JsonProtocol, type JsonProtocolSettings } from './json-protocol.ts'

/** The milliseconds of `delay` double with every try. */
export type Tries = { maxAttempts: number; delay: number }
export type JsonClientSettings = JsonProtocolSettings &
  SigningPlace & {
    waits: Waits
    tries: Tries
    /** What the own steps of this service's commands read. */
    forCommands?: object
  }

/**
 * An SDK client for services that speak JSON: its commands, types, errors and retries. Left out is what costs CPU at
 * every call and changes nothing for this project: rules that find the address, user agent, logging.
 */
export class JsonClient<In extends object, Out extends MetadataBearer> extends Client<
  NodeHttpHandlerOptions,
  In,
  Out,
  SmithyResolvedConfiguration<NodeHttpHandlerOptions>
> {
  constructor({ service, region, credentials, waits, tries, forCommands, ...protocolSettings }: JsonClientSettings) {
    const { maxAttempts, delay } = tries
    const strategy = new StandardRetryStrategy({ maxAttempts, baseDelay: delay })
    const signer = headerSigner({ service, region, credentials })
    const config = {
      apiVersion: '',
      cacheMiddleware: true,
      logger: new NoOpLogger(),
      requestHandler: httpHandler(waits, protocolSettings.address.protocol),
      protocol: new JsonProtocol(protocolSettings),
      streamCollector: bytesOf,
      maxAttempts: async () => maxAttempts,
      retryStrategy: async () => strategy,
      systemClockOffset: 0,
      signer: async () => signer,
      ...forCommands,
    }
    super(config as unknown as SmithyResolvedConfiguration<NodeHttpHandlerOptions>)
    const stack = this.middlewareStack
    stack.use(getSchemaSerdePlugin(config as unknown as Parameters<typeof getSchemaSerdePlugin>[0]))
    stack.use(getRetryPlugin(config))
    stack.add(signing<In, Out>(config), { step: 'finalizeRequest', name: 'signing' })
    this.middlewareStack = withoutEndpointRules(stack)
  }
}

/** The SDK's own step: it also notices by the answers that the clock is off, and signs the next try by AWS's clock. */
function signing<In extends object, Out extends object>(config: object): FinalizeRequestMiddleware<In, Out> {
  const scheme = new AwsSdkSigV4Signer()
  return (next, context) => async (args) => {
    const properties = { config, context }
    const request = await scheme.sign(args.request as HttpRequest, {} as never, properties)
    const result = await next({ ...args, request }).catch(scheme.errorHandler(properties))
    scheme.successHandler(result.response, properties)
    return result
  }
}

/** Every command brings a step that works out the service's address. This client knows it. */
function withoutEndpointRules<In extends object, Out extends object>(stack: MiddlewareStack<In, Out>) {
  const { concat } = stack
  stack.concat = (ofCommand) => {
    const both = concat(ofCommand)
    both.remove('endpointV2Middleware')
    return both
  }
  return stack
}
