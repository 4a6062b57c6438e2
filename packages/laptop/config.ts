/** What one app tells the laptop cloud about itself: the default export of `laptop.config.ts` in the app's folder. */
export type LaptopConfig = {
  /** The app's name, for the title of the outbox and for messages. */
  name: string
  /** A folder in the project, for state (unless `--state` names another one) and for what was built or installed. */
  folder: string
  /** A file that marks a state folder as this app's. With another name, existing state is refused. */
  stateMark: string
  app: {
    /** The CDK app: a file that Node can run. */
    entry: string
    /** Files and folders that the app is made from. It is synthesized again only when one of them has changed. */
    inputs: string[]
    /** CDK context for a laptop, on top of what cdk.json says. `-c name=value` wins over it. */
    context: (addresses: LaptopAddresses) => Record<string, string>
  }
  dynamodb: {
    /** An environment variable. If it is set, its endpoint is used as DynamoDB, instead of dynoxide. */
    endpointVariable: string
    /** The access key id sent to that endpoint: DynamoDB Local keeps a database for each. */
    accessKeyId: string
  }
  /** Printed after the addresses at every start: what to try first. */
  welcome: (addresses: LaptopAddresses) => string
  sam: {
    /** A route without path variables, such as `GET /health`, as the example for `sam local invoke`. */
    route: string
    /** Variables with an AWS endpoint for clients. Unlike containers, clients need the loopback address. */
    clientEndpointVariables: string[]
    /** The context that chooses the functions' architecture, for a hint where Docker would have to emulate it. */
    architectureContext?: string
  }
}

/** Where a laptop cloud is reached from this machine. */
type LaptopAddresses = {
  apiUrl: string
  outboxUrl: string
  /** Takes all AWS calls. */
  endpointUrl: string
}
