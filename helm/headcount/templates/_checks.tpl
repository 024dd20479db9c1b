{{/* Refuses values that are well formed and would yet not do what they say. */}}
{{- define "headcount.checks" -}}
{{- $values := .Values }}
{{- include "headcount.tlsChecks" . }}
{{- range $key := include "headcount.paths" (list "" .Values.config) | splitList "\n" }}
{{- $name := $key | replace "-" "" | replace "_" "" | lower }}
{{- $where := include "headcount.valueOf" $name }}
{{- if and $name $where }}
{{- fail (printf "config.%s would be overruled, or break what the chart computes: %s." $key $where) }}
{{- end }}
{{- end }}
{{- range .Values.env }}
{{- $where := include "headcount.valueOf" (.name | lower | replace "_" "." | replace "data.dir" "datadir" | replace "tokens.file" "tokensfile" | replace "max.live.runs" "maxliveruns" | replace "max.queued.runs" "maxqueuedruns") }}
{{- if $where }}
{{- fail (printf "env has %s, which would overrule what the chart computes: %s." .name $where) }}
{{- else if has .name (list "SPRING_CONFIG_ADDITIONAL_LOCATION" "SPRING_CONFIG_LOCATION" "SPRING_CONFIG_IMPORT" "SPRING_CONFIG_NAME" "SPRING_APPLICATION_JSON") }}
{{- fail (printf "env has %s, which the chart cannot look into: set config." .name) }}
{{- else if has .name (list "JDK_JAVA_OPTIONS" "JAVA_TOOL_OPTIONS" "_JAVA_OPTIONS") }}
{{- fail (printf "env has %s, which could set properties of the service: set javaOptions." .name) }}
{{- else if and (eq .name "SPRING_PROFILES_ACTIVE") $values.logs.json }}
{{- fail "env has SPRING_PROFILES_ACTIVE, which logs.json sets too: set logs.json to false, and name the profile json among yours." }}
{{- end }}
{{- end }}
{{- if regexMatch "-D(headcount|server|management|spring)\\.|(^|\\s)@" (replace "-Dspring.aot.enabled=" "" .Values.javaOptions) }}
{{- fail "javaOptions sets properties of the service, which the chart cannot look into: set config." }}
{{- end }}
{{- include "headcount.nameChecks" . }}
{{- include "headcount.sizeChecks" . }}
{{- if and .Values.podMonitor.enabled .Values.serviceMonitor.enabled }}
{{- fail "podMonitor.enabled and serviceMonitor.enabled would scrape every pod twice: switch one of them off." }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- if gt (int64 .minReplicas) (int64 .maxReplicas) }}
{{- fail (printf "autoscaling.minReplicas is %d and autoscaling.maxReplicas %d: the first must not be more." (int64 .minReplicas) (int64 .maxReplicas)) }}
{{- end }}
{{- if not (or .targetCPUUtilizationPercentage .targetRunningRuns) }}
{{- fail "autoscaling.enabled needs something to look at: set autoscaling.targetCPUUtilizationPercentage or autoscaling.targetRunningRuns." }}
{{- end }}
{{- if and .targetCPUUtilizationPercentage (not (dig "requests" "cpu" "" $values.resources)) }}
{{- fail "autoscaling.targetCPUUtilizationPercentage is a part of resources.requests.cpu, which is not set." }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.enabled needs ingress.hosts: [{host: ..., paths: [{path: /, pathType: Prefix}]}]." }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.enabled needs httpRoute.parentRefs: [{name: <gateway>}]." }}
{{- end }}
{{- if .Values.persistence.enabled }}
{{- if gt (len (include "headcount.fullname" .)) 52 }}
{{- fail (printf "persistence.enabled: the name %s is longer than the 52 characters that a StatefulSet's pods leave it. Set fullnameOverride." (include "headcount.fullname" .)) }}
{{- end }}
{{- if eq .Values.strategy.type "Recreate" }}
{{- fail "strategy.type Recreate is a Deployment's; with persistence.enabled it is RollingUpdate or OnDelete." }}
{{- else if hasKey (default dict .Values.strategy.rollingUpdate) "maxSurge" }}
{{- fail "strategy.rollingUpdate.maxSurge is a Deployment's; with persistence.enabled there is partition." }}
{{- end }}
{{- else if eq .Values.strategy.type "OnDelete" }}
{{- fail "strategy.type OnDelete is a StatefulSet's; without persistence.enabled it is RollingUpdate or Recreate." }}
{{- end }}
{{- end }}

{{/* Which value of the chart stands for a setting of the service; nothing when the setting is free. */}}
{{- define "headcount.valueOf" -}}
{{- if hasPrefix "headcount.shutdown" . }}set shutdown.drainSeconds, shutdown.graceSeconds and shutdown.marginSeconds
{{- else if hasPrefix "spring.lifecycle" . }}the end of the web server is in shutdown.marginSeconds
{{- else if eq . "headcount.limits.maxliveruns" }}set limits.maxLiveRuns
{{- else if eq . "headcount.limits.maxqueuedruns" }}set limits.maxQueuedRuns
{{- else if eq . "headcount.security.tokensfile" }}set auth.existingSecret
{{- else if hasPrefix "headcount.security.hosts" . }}set auth.hosts
{{- else if eq . "headcount.workspace" }}set workspace
{{- else if eq . "headcount.datadir" }}set data
{{- else if or (has . (list "server.port" "server.address" "server.shutdown")) (hasPrefix "headcount.server.address" .) (hasPrefix "headcount.server.port" .) (hasPrefix "headcount.management" .) (hasPrefix "management.server" .) }}the ports are 8080 and 8081, on every address; service.port may differ
{{- else if or (regexMatch "^server\\.ssl\\.(bundle|enabled|client|cert|key|trust)" .) (hasPrefix "spring.ssl.bundle.pem.headcount" .) }}set tls
{{- else if or (hasPrefix "management.endpoint" .) (hasPrefix "management.health" .) }}the probes and Prometheus ask for the endpoints as the service has them
{{- else if or (hasPrefix "server.servlet.context" .) (hasPrefix "spring.mvc.servlet" .) (hasPrefix "spring.main.web" .) }}the API is at the root, where helm test and the callers look for it
{{- else if or (hasPrefix "spring.config.import" .) (hasPrefix "spring.config.additional" .) (hasPrefix "spring.config.location" .) }}the chart cannot look into other files, so set config itself
{{- end }}
{{- end }}

{{/* Every key below the map that is second in the list, a line each, dotted. */}}
{{- define "headcount.paths" -}}
{{- $prefix := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- $path := printf "%s%s" $prefix $key }}
{{- if and (kindIs "map" $value) $value }}
{{- include "headcount.paths" (list (printf "%s." $path) $value) }}
{{- else }}
{{- printf "%s\n" $path }}
{{- end }}
{{- end }}
{{- end }}
