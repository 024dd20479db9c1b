{{/* Which value of the chart stands for a setting of the service, named plainly; nothing when the setting is free. */}}
{{- define "headcount.valueOf" -}}
{{- if hasPrefix "headcountshutdown" . }}set shutdown.drainSeconds, shutdown.graceSeconds and shutdown.marginSeconds
{{- else if hasPrefix "springlifecycle" . }}the end of the web server is in shutdown.marginSeconds
{{- else if eq . "springmainregistershutdownhook" }}without its shutdown hook the service would end no run at SIGTERM, so leave it out
{{- else if eq . "headcountlimitsmaxliveruns" }}set limits.maxLiveRuns
{{- else if eq . "headcountlimitsmaxqueuedruns" }}set limits.maxQueuedRuns
{{- else if eq . "headcountsecuritytokensfile" }}set auth.existingSecret
{{- else if hasPrefix "headcountsecurityhosts" . }}set auth.hosts
{{- else if eq . "headcountworkspace" }}set workspace
{{- else if eq . "headcountdatadir" }}set data
{{- else if regexMatch "^(server(port|address|shutdown)$|headcountserver(address|port)|headcountmanagement|managementserver)" . }}the ports are 8080 and 8081, on every address; service.port may differ
{{- else if regexMatch "^(serverssl(bundle|enabled|client|cert|key|trust)|springsslbundlepemheadcount)" . }}set tls
{{- else if regexMatch "^management(endpoint|health)" . }}the probes and Prometheus ask for the endpoints as the service has them
{{- else if regexMatch "^(serverservletcontext|springmvcservlet|springmainweb)" . }}the API is at the root, where helm test and the callers look for it
{{- else if regexMatch "^(springconfig(import|additional|location|name)|springapplicationjson$)" . }}the chart cannot look into other files or texts, so set config itself
{{- end }}
{{- end }}

{{/* The name of a setting whichever of Spring's spellings it has: nested or dotted, data-dir, dataDir or DATA_DIR. */}}
{{- define "headcount.plain" -}}
{{- regexReplaceAll "[^a-z0-9]" (lower .) "" }}
{{- end }}

{{/* Every setting of a map as JSON, by its dotted path: {"headcount.output.disk": 1000}. */}}
{{- define "headcount.configured" -}}
{{- $all := dict }}
{{- range $key, $value := . }}
{{- if and (kindIs "map" $value) $value }}
{{- range $path, $inner := include "headcount.configured" $value | fromJson }}
{{- $_ := set $all (printf "%s.%s" $key $path) $inner }}
{{- end }}
{{- else }}
{{- $_ := set $all $key $value }}
{{- end }}
{{- end }}
{{- toJson $all }}
{{- end }}

{{/* What config sets, or env, which comes first: the root, the plain name, the default. */}}
{{- define "headcount.setting" -}}
{{- $root := index . 0 }}
{{- $name := index . 1 }}
{{- $found := index . 2 }}
{{- range $key, $value := include "headcount.configured" $root.Values.config | fromJson }}
{{- if eq (include "headcount.plain" $key) $name }}{{- $found = toString $value }}{{- end }}
{{- end }}
{{- range $root.Values.env }}
{{- if and (eq (include "headcount.plain" .name) $name) .value }}{{- $found = .value }}{{- end }}
{{- end }}
{{- $found }}
{{- end }}
