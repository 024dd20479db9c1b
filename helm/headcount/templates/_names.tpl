{{/* Refuses names that no Service can have, and those that are there twice: the cluster would refuse them, or take one of the two in silence. */}}
{{- define "headcount.nameChecks" -}}
{{- $fullname := include "headcount.fullname" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) }}
{{- fail (printf "%s is no name for a Service, which begins with a letter and has small letters, digits and dashes alone: set fullnameOverride to one that does." $fullname) }}
{{- end }}
{{- $volumes := list }}
{{- range include "headcount.volumes" . | fromYamlArray }}{{- $volumes = append $volumes .name }}{{- end }}
{{- if .Values.persistence.enabled }}
{{- range $name := list "workspace" "data" }}
{{- if not (get $.Values $name).existingClaim }}{{- $volumes = append $volumes $name }}{{- end }}
{{- end }}
{{- end }}
{{- include "headcount.unique" (list $volumes "extraVolumes has the name %s twice, or it is one of the chart's own volumes: choose another.") }}

{{- $paths := list }}
{{- $variables := list }}
{{- range include "headcount.container" . | fromYamlArray }}
{{- range .volumeMounts }}
{{- $paths = append $paths (trimSuffix "/" .mountPath) }}
{{- if not (has .name $volumes) }}
{{- fail (printf "extraVolumeMounts names the volume %s, which extraVolumes does not have." .name) }}
{{- end }}
{{- end }}
{{- range .env }}{{- $variables = append $variables .name }}{{- end }}
{{- end }}
{{- include "headcount.unique" (list $paths "two volumes would be mounted at %s: see extraVolumeMounts and existingSecret.mountPath.") }}
{{- include "headcount.unique" (list $variables "env has %s twice, or the chart sets it by a value of its own.") }}

{{- $containers := list "headcount" }}
{{- range concat .Values.initContainers .Values.extraContainers }}{{- $containers = append $containers .name }}{{- end }}
{{- include "headcount.unique" (list $containers "extraContainers and initContainers have the name %s twice, or it is the service's own: choose another.") }}
{{- range $container := .Values.extraContainers }}
{{- range $container.ports }}
{{- if or (has (int .containerPort) (list 8080 8081)) (has .name (list (include "headcount.scheme" $) "management")) }}
{{- fail (printf "extraContainers: %s has the port %v, and 8080 (%s) and 8081 (management) are the service's own." $container.name (default .containerPort .name) (include "headcount.scheme" $)) }}
{{- end }}
{{- end }}
{{- end }}

{{- range $key := keys (include "headcount.selectorLabels" . | fromYaml) | sortAlpha }}
{{- if hasKey $.Values.podLabels $key }}
{{- fail (printf "podLabels has %s, by which the pods are found: it is set by the chart's name and the release's." $key) }}
{{- end }}
{{- end }}
{{- if hasKey .Values.podAnnotations "checksum/config" }}
{{- fail "podAnnotations has checksum/config, by which a change of config restarts the pods: leave it out." }}
{{- end }}
{{- end }}

{{/* Fails with the message that is second in the list if something is twice in the first. */}}
{{- define "headcount.unique" -}}
{{- $seen := list }}
{{- range $name := index . 0 }}
{{- if has $name $seen }}{{- fail (printf (index $ 1) $name) }}{{- end }}
{{- $seen = append $seen $name }}
{{- end }}
{{- end }}
