/* Traces of chosen requests as JSON: for Perfetto and chrome://tracing, or for OpenTelemetry.
 *
 * Chrome: the Trace Event Format,
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (times in
 * microseconds). A process is a request, a thread a call, and within a call its parts lie side by
 * side. OpenTelemetry: OTLP's JSON encoding of ExportTraceServiceRequest,
 * https://opentelemetry.io/docs/specs/otlp/ (a span is a call, its parts are events). Time 0 of the
 * simulation is the Unix epoch. */
#ifndef TRACE_JSON_H
#define TRACE_JSON_H

#include "json_write.h"
#include "options.h"
#include "results.h"

/* Of results whose `traces` are not NULL. */
json_t *trace_json(const struct results *results, enum trace_format format);

#endif
