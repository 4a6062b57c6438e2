import { join } from 'node:path'
import { ensureCustomResources } from './assembly/custom-resource.ts'
import { type Assembly, readAssembly } from './assembly/read-assembly.ts'
import { resolveAssembly } from './assembly/resolve.ts'
import type { LaptopConfig } from './config.ts'
import { type Authority, readAuthority } from './door/authority.ts'
import { deriveCredentials } from './door/credentials.ts'
import { openDoor } from './door/door.ts'
import { openObserved } from './door/observed.ts'
import { type Events, openEvents } from './events/events.ts'
import { type CreatedObject, objectCreated } from './events/object-created.ts'
import { logWriter } from './function-logs.ts'
import { titles } from './function-titles.ts'
import { startGateway } from './gateway/gateway.ts'
import { startEventSources } from './lambda/event-sources.ts'
import { type Functions, startFunctions } from './lambda/functions.ts'
import { invokeService } from './lambda/invoke-service.ts'
import type { Invoke, Lifecycle } from './lambda/model.ts'
import { listen } from './listen.ts'
import type { Log } from './log.ts'
import type { JsonObject, Resource } from './model.ts'
import { startOutbox } from './outbox/outbox.ts'
import { queueUrl } from './services/sqs.ts'
import { blamingState, openState, type State } from './state.ts'
import { isStore, openStores } from './stores.ts'
import { urlOf } from './url-of.ts'

export type Ports = { api: number; outbox: number; door: number }
export type CloudOptions = {
  config: Pick<LaptopConfig, 'name' | 'stateMark' | 'dynamodb'>
  assemblyFolder: string
  stateFolder: string
  fresh: boolean
  /** For tools that are installed once, such as a DynamoDB for this platform. */
  toolFolder: string
  /** A DynamoDB-compatible endpoint to use instead of dynoxide. */
  dynamodbEndpoint: string | undefined
  host: string
  ports: Ports
  lifecycle: Lifecycle
  /** Of one function. */
  maxEnvironments: number
  log: Log
  /** Called when a part ends by itself that the others need. */
  onFailure(error: Error): void
}
export type Cloud = { apiUrl: string; outboxUrl: string; doorUrl: string; close(): Promise<void> }

/** Runs a synthesized assembly. Closing stops each part before those that it needs. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { host, ports, log, config } = options
  await using parts = new AsyncDisposableStack()
  const assembly = readAssembly(options.assemblyFolder)
  const state = openState({
    folder: options.stateFolder,
    fresh: options.fresh,
    name: config.name,
    mark: config.stateMark,
  })
  parts.defer(state.close)

  const apiUrl = urlOf(host, ports.api)
  const doorUrl = urlOf(host, ports.door)
  const addresses = { apiUrl, queueUrl: (name: string) => queueUrl(doorUrl, name) }
  const remembering = resolveAssembly(assembly, addresses, isStore)
  const opened = Promise.withResolvers<Events>()
  // Objects are written only after the door serves, and by then there are the events.
  const onCreated = async (object: CreatedObject) => (await opened.promise).publish(objectCreated(object))
  const opening = { ...options, ...config, resources: remembering, onCreated, report: log.note }
  const { streamArn, queues, ...stores } = await openStores(opening, parts)
  // The streams of the tables have names only after the stores were opened.
  const resources = resolveAssembly(assembly, { ...addresses, streamArn })

  const observed = openObserved(state.folder)
  parts.defer(observed.write)
  const authority = readAuthority(resources, observed)
  const door = await listen(ports.door, 'AWS endpoint', openDoor({ host, port: ports.door }))
  parts.defer(door.close)
  const outbox = await listen(
    ports.outbox,
    'outbox',
    startOutbox({ host, port: ports.outbox, name: config.name, ...stores }),
  )
  parts.defer(outbox.close)

  const running: Running = { options, assembly, resources, state, doorUrl, authority }
  const { invoke } = await startLambda(running, parts)
  const told = { resources, authority, invoke, stateFolder: state.folder, report: log.note }
  const events = await blamingState(
    state.folder,
    openEvents({ ...told, put: queues.put, stream: stores.objects.stream }),
  )
  parts.defer(events.close)
  opened.resolve(events)
  const services = { ...stores.services, lambda: invokeService(invoke) }
  door.serve({ resources, seed: state.seed, services, authority, report: log.note })

  // Before the API: its authorizer reads issuer documents, which a custom resource may write.
  await ensureCustomResources({ resources, stateFolder: state.folder, invoke })
  await startEventSourcesAndApi(running, invoke, parts)
  // Last: overdue events must not delay the API.
  events.start()
  const started = parts.move()
  return { apiUrl, outboxUrl: outbox.url, doorUrl, close: () => started.disposeAsync() }
}

type Running = {
  options: CloudOptions
  assembly: Assembly
  resources: Resource[]
  state: State
  doorUrl: string
  authority: Authority
}

/** Prepares the functions. Their processes start with the first invocation. */
async function startLambda(running: Running, parts: AsyncDisposableStack): Promise<Functions> {
  const { assembly, resources, doorUrl, authority } = running
  const { log, lifecycle, maxEnvironments } = running.options
  const titleOf = titles(resources)
  const functions = await startFunctions({
    resources,
    doorUrl,
    credentials: credentialsOf(running),
    codeFolder: ({ properties }) => assembly.assetFolder(String((properties.Code as JsonObject).S3Key)),
    log: (line) => log.functionLine(line, titleOf(line.functionName)),
    onLogs: logWriter(resources, authority, log.note),
    lifecycle,
    maxEnvironments,
  })
  parts.defer(functions.close)
  return functions
}

async function startEventSourcesAndApi(running: Running, invoke: Invoke, parts: AsyncDisposableStack): Promise<void> {
  const { resources, state, doorUrl, authority } = running
  const { host, ports, log } = running.options
  const titleOf = titles(resources)
  const eventSources = await blamingState(
    state.folder,
    startEventSources({
      resources,
      doorUrl,
      credentials: credentialsOf(running),
      invoke,
      positionsFile: join(state.folder, 'stream-positions.json'),
      log: log.note,
    }),
  )
  parts.defer(eventSources.close)
  const gateway = startGateway({
    host,
    port: ports.api,
    resources,
    invoke,
    mayInvoke: (roleArn, functionArn) =>
      authority.canAssume('apigateway.amazonaws.com', roleArn) &&
      authority.roleMay(roleArn, 'lambda:InvokeFunction', functionArn),
    log: (request) => log.request(request, titleOf(request.functionName)),
  })
  parts.defer((await listen(ports.api, 'API', gateway)).close)
}

function credentialsOf({ state }: Running) {
  return (functionName: string) => deriveCredentials(state.seed, functionName)
}
