{{/* Refuses sizes that the service would grow out of: a pod is evicted that has more than its volume's limit. */}}
{{- define "headcount.sizeChecks" -}}
{{- $disk := include "headcount.setting" (list . "headcountoutputdisk" "4GB") }}
{{- $memory := include "headcount.setting" (list . "headcountoutputmemory" "256MB") }}
{{- if not .Values.data.existingClaim }}
{{- if le (include "headcount.bytes" .Values.data.sizeLimit | float64) (include "headcount.bytes" $disk | float64) }}
{{- fail (printf "data.sizeLimit is %v, and output on disk may take %s (config.headcount.output.disk): it must be more." .Values.data.sizeLimit $disk) }}
{{- end }}
{{- end }}
{{- if lt (include "headcount.bytes" .Values.tmp.sizeLimit | float64) 16777216.0 }}
{{- fail (printf "tmp.sizeLimit is %v, and the web server and the JVM need up to 16Mi there before any command does." .Values.tmp.sizeLimit) }}
{{- end }}
{{- $limit := dig "limits" "memory" "" .Values.resources }}
{{- if and $limit (not .Values.javaOptions) }}
{{- $heap := mulf (include "headcount.bytes" $limit | float64) 0.3 }}
{{- $needed := addf (include "headcount.bytes" $memory | float64) 100000000.0 }}
{{- if lt $heap $needed }}
{{- fail (printf "resources.limits.memory is %v, of which 30 %% are the heap, and that must hold output of %s (config.headcount.output.memory) and 100 MB of the service: set at least %.0fMi, or lower the output." $limit $memory (ceil (divf $needed 314572.8))) }}
{{- end }}
{{- end }}
{{- end }}

{{/* A size in bytes: of Kubernetes (512Mi, 1G), or of the service, whose KB, MB, GB and TB are powers of 1024. */}}
{{- define "headcount.bytes" -}}
{{- $text := toString . | trim }}
{{- $number := regexFind "^[0-9.]+(e[+]?[0-9]+)?" $text }}
{{- $unit := trimPrefix $number $text | trim }}
{{- $units := dict "" 1.0 "B" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0 "KB" 1024.0 "MB" 1048576.0 "GB" 1073741824.0 "TB" 1099511627776.0 }}
{{- if or (not $number) (not (hasKey $units $unit)) }}
{{- fail (printf "%s is no size: expected a number and a unit, such as 512Mi for Kubernetes or 512MB for the service." $text) }}
{{- end }}
{{- printf "%.0f" (mulf (float64 $number) (get $units $unit)) }}
{{- end }}
