// The clients: one node or a cluster, set to fail fast and to come back by themselves.
import { Cluster, Redis, type RedisOptions } from 'ioredis'

/** The nodes to ask first; the others are learned from them. */
export interface ClusterAddress {
  readonly cluster: readonly { readonly host: string; readonly port: number }[]
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly tls?: boolean | undefined
}

/** `redis://user:password@host:port/db`, `rediss://…` with TLS, or the nodes of a cluster. */
export type Address = string | ClusterAddress

export type Client = Redis | Cluster

export interface Dial {
  /** For commands. */
  client(): Client
  /** A single connection to one node, a different one each turn; it does not connect by itself, nor again. */
  line(turn: number): Redis
}

/**
 * Who waits has given up long before (deadline.ts): these end the connection itself when it is silent, so that another
 * one takes its place.
 */
const SILENCE = { connectTimeout: 1000, commandTimeout: 1000, socketTimeout: 1500 }

const COMMON = {
  ...SILENCE,
  disableClientInfo: true,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxLoadingRetryTime: 250,
} satisfies RedisOptions

/** Between two attempts to connect. */
const RETRY_MS = 200

/** @throws Error if the address is not one */
export function dial(address: Address): Dial {
  return typeof address === 'string' ? dialNode(address) : dialCluster(address)
}

function dialNode(address: string): Dial {
  if (!URL.canParse(address) || !/^rediss?:$/.test(new URL(address).protocol))
    throw new Error('the address of Redis must be redis://host:port or rediss://host:port')
  return {
    client: () =>
      quiet(
        new Redis(address, {
          ...COMMON,
          enableOfflineQueue: false,
          retryStrategy: () => RETRY_MS,
          // Behind one address another node may have become the master.
          reconnectOnError: (error) => error.message.startsWith('READONLY'),
        }),
      ),
    line: () => quiet(new Redis(address, { ...COMMON, lazyConnect: true, retryStrategy: null })),
  }
}

function dialCluster({ cluster, username, password, tls }: ClusterAddress): Dial {
  if (cluster.length === 0) throw new Error('a Redis Cluster needs the address of at least one node')
  const options = { ...COMMON, username, password, tls: tls === true ? {} : undefined }
  const first = Math.floor(Math.random() * cluster.length)
  let client: Cluster | undefined
  return {
    client() {
      client = quiet(
        new Cluster(
          cluster.map(({ host, port }) => ({ host, port })),
          {
            redisOptions: options,
            // Nodes connect when they are first asked, and what is asked until then waits; see isReady.
            enableOfflineQueue: true,
            clusterRetryStrategy: () => RETRY_MS,
            slotsRefreshTimeout: 500,
            maxRedirections: 5,
            // Refused rather than tried again later: whoever asks has another way.
            retryDelayOnFailover: 0,
            retryDelayOnClusterDown: 0,
            retryDelayOnTryAgain: 20,
          },
        ),
      )
      client.on('+node', hearAsking)
      return client
    },
    line(turn) {
      const known =
        client?.nodes('master').map((node) => ({ host: node.options.host!, port: node.options.port! })) ?? []
      const nodes = known.length > 0 ? known : cluster
      const { host, port } = nodes[(first + turn) % nodes.length]!
      return quiet(new Redis({ ...options, host, port, lazyConnect: true, retryStrategy: null }))
    },
  }
}

/** Whether there is a connection (to one node at least): what is asked before may be sent much later. */
export function isReady(client: Client): boolean {
  return client.status === 'ready'
}

/** Errors of connections are dealt with where commands fail; an `error` nobody listens to would be printed. */
function quiet<T extends Client>(client: T): T {
  client.on('error', () => {})
  return client
}

/** ioredis looks away from what ASKING answers; a refusal that nobody hears would end the process. */
function hearAsking(node: Redis): void {
  const asking = node.asking.bind(node)
  node.asking = () => {
    const answer = asking()
    answer.catch(() => {})
    return answer
  }
}
