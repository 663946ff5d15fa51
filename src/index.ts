/** The library behind the command: what other programs may import. */
export { createApp, type App, type AppOptions } from './lib/app.ts';
export { loadConfig, type LoadedConfig } from './lib/config/load.ts';
export type { Config } from './lib/config/schema.ts';
export { AppError, errorTable, isAppError, type ErrorCode } from './lib/core/errors.ts';
export { createLogger, type Logger } from './lib/observability/logger.ts';
export { runScheduler, runWorkers } from './lib/run-workers.ts';
