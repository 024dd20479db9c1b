{{/* Refuses values that are well formed and would yet not do what they say. */}}
{{- define "headcount.checks" -}}
{{- $values := .Values }}
{{- include "headcount.tlsChecks" . }}
{{- range $key, $value := include "headcount.configured" .Values.config | fromJson }}
{{- with include "headcount.valueOf" (include "headcount.plain" $key) }}
{{- fail (printf "config.%s would be overruled, or break what the chart computes: %s." $key .) }}
{{- end }}
{{- end }}
{{- range .Values.env }}
{{- $where := include "headcount.valueOf" (include "headcount.plain" .name) }}
{{- if $where }}
{{- fail (printf "env has %s, which would overrule what the chart computes: %s." .name $where) }}
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
{{- if or .Values.podMonitor.enabled .Values.serviceMonitor.enabled }}
{{- if not (has (include "headcount.setting" (list . "headcountsecuritymanagementopen" "true") | lower) (list "true" "on" "yes" "1")) }}
{{- fail "headcount.security.management-open is not true, so every scrape would be answered 401 and HeadcountTargetDown fire for ever: leave it out and close the port by networkPolicy, or switch podMonitor and serviceMonitor off." }}
{{- end }}
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
{{- end }}
{{- include "headcount.strategyChecks" . }}
{{- end }}
