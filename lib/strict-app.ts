import { App, type AppProps } from 'aws-cdk-lib'

/** CloudFormation's own rules stop the synthesis: by default the CDK only warns, and the deployment fails late. */
export function strictApp(props?: AppProps): App {
  const app = new App(props)
  app.node.setContext('@aws-cdk/core:validateAgainstDefaultRules', true)
  return app
}
