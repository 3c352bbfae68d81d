// A Leshan server that does what it is told: one JSON object a line comes in, one goes out; lines with "event" tell what
// came by itself (registrations, notifications, data that was sent).
//
// java -cp … Server.java PORT [FOLDER WITH OBJECT MODELS]

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.leshan.core.endpoint.Protocol;
import org.eclipse.leshan.core.link.lwm2m.attributes.DefaultLwM2mAttributeParser;
import org.eclipse.leshan.core.link.lwm2m.attributes.LwM2mAttributeSet;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.node.LwM2mChildNode;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mResourceInstance;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.node.ObjectLink;
import org.eclipse.leshan.core.node.TimestampedLwM2mNodes;
import org.eclipse.leshan.core.observation.CompositeObservation;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.core.observation.SingleObservation;
import org.eclipse.leshan.core.request.*;
import org.eclipse.leshan.core.response.*;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.LeshanServerBuilder;
import org.eclipse.leshan.server.model.StaticModelProvider;
import org.eclipse.leshan.server.observation.ObservationListener;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;
import org.eclipse.leshan.server.send.SendListener;
import org.eclipse.leshan.transport.californium.server.endpoint.CaliforniumServerEndpointsProvider;
import org.eclipse.leshan.transport.californium.server.endpoint.coap.CoapServerProtocolProvider;

public class Server {
    static final ObjectMapper JSON = new ObjectMapper();
    static final JsonNodeFactory MAKE = JsonNodeFactory.instance;
    static final long TIMEOUT = 15000;

    static LeshanServer server;
    static final Map<Integer, ObjectModel> models = new HashMap<>();
    static final Map<String, SingleObservation> observations = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        for (ObjectModel model : ObjectLoader.loadDefault()) {
            models.put(model.id, model);
        }
        if (arguments.length > 1) {
            for (ObjectModel model : ObjectLoader.loadObjectsFromDir(new File(arguments[1]), false)) {
                models.put(model.id, model);
            }
        }
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), Integer.parseInt(arguments[0]));
        server = new LeshanServerBuilder()
                .setEndpointsProviders(new CaliforniumServerEndpointsProvider.Builder(new CoapServerProtocolProvider())
                        .addEndpoint(address, Protocol.COAP).build())
                .setObjectModelProvider(new StaticModelProvider(models.values()))
                .build();
        server.getRegistrationService().addListener(new Registrations());
        server.getObservationService().addListener(new Observations());
        server.getSendService().addListener(new Sent());
        server.start();
        event("started");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            ObjectNode answer;
            try {
                answer = act(JSON.readTree(line));
            } catch (Exception error) {
                answer = MAKE.objectNode().put("error", error.toString());
            }
            say(answer);
        }
        server.destroy();
    }

    static synchronized void say(ObjectNode line) {
        System.out.println(line);
        System.out.flush();
    }

    static ObjectNode event(String name) {
        ObjectNode event = MAKE.objectNode().put("event", name);
        if (name.equals("started")) {
            say(event);
        }
        return event;
    }

    static ContentFormat format(JsonNode command, String name) {
        return command.has(name) ? ContentFormat.fromCode(command.get(name).asInt()) : null;
    }

    static ObjectNode act(JsonNode command) throws Exception {
        String operation = command.get("do").asText();
        Registration client = server.getRegistrationService().getByEndpoint(command.path("endpoint").asText());
        if (operation.equals("clients")) {
            ObjectNode clients = MAKE.objectNode();
            for (var all = server.getRegistrationService().getAllRegistrations(); all.hasNext();) {
                Registration one = all.next();
                clients.set(one.getEndpoint(), describe(one));
            }
            return MAKE.objectNode().set("clients", clients);
        }
        if (client == null) {
            return MAKE.objectNode().put("error", "no such client");
        }
        String path = command.path("path").asText();
        ContentFormat format = format(command, "format");
        switch (operation) {
        case "read":
            return read(server.send(client, new ReadRequest(format, path), TIMEOUT));
        case "observe": {
            ObserveResponse response = server.send(client, new ObserveRequest(format, path), TIMEOUT);
            if (response != null && response.getObservation() != null) {
                observations.put(path, response.getObservation());
            }
            return read(response);
        }
        case "cancel":
            return read(server.send(client, new CancelObservationRequest(observations.remove(path)), TIMEOUT));
        case "discover": {
            DiscoverResponse response = server.send(client, new DiscoverRequest(path), TIMEOUT);
            ObjectNode answer = answer(response);
            if (response != null && response.getObjectLinks() != null) {
                List<String> links = new ArrayList<>();
                for (var link : response.getObjectLinks()) {
                    links.add(link.toCoreLinkFormat());
                }
                answer.put("links", String.join(",", links));
            }
            return answer;
        }
        case "execute": {
            JsonNode argument = command.get("arguments");
            ExecuteRequest request =
                    argument == null ? new ExecuteRequest(path) : new ExecuteRequest(path, argument.asText());
            return answer(server.send(client, request, TIMEOUT));
        }
        case "write": {
            boolean replaces = command.path("mode").asText("REPLACE").equals("REPLACE");
            WriteRequest.Mode mode = replaces ? WriteRequest.Mode.REPLACE : WriteRequest.Mode.UPDATE;
            LwM2mNode node = node(new LwM2mPath(path), command.get("value"));
            return answer(server.send(client, new WriteRequest(mode, format, path, node), TIMEOUT));
        }
        case "attributes": {
            LwM2mAttributeSet attributes = new LwM2mAttributeSet(
                    new DefaultLwM2mAttributeParser().parseUriQuery(command.get("attributes").asText()));
            return answer(server.send(client, new WriteAttributesRequest(path, attributes), TIMEOUT));
        }
        case "create": {
            LwM2mPath object = new LwM2mPath(path);
            CreateRequest request;
            if (command.has("instance")) {
                int id = command.get("instance").asInt();
                LwM2mNode node = node(new LwM2mPath(object.getObjectId(), id), command.get("value"));
                request = new CreateRequest(format, object.getObjectId(), (LwM2mObjectInstance) node);
            } else {
                LwM2mNode node = node(new LwM2mPath(object.getObjectId(), 0), command.get("value"));
                request = new CreateRequest(format, object.getObjectId(),
                        ((LwM2mObjectInstance) node).getResources().values());
            }
            CreateResponse response = server.send(client, request, TIMEOUT);
            ObjectNode answer = answer(response);
            if (response != null && response.getLocation() != null) {
                answer.put("location", response.getLocation());
            }
            return answer;
        }
        case "delete":
            return answer(server.send(client, new DeleteRequest(path), TIMEOUT));
        case "read-composite": {
            ReadCompositeResponse response = server.send(client,
                    new ReadCompositeRequest(format, format(command, "accept"), paths(command)), TIMEOUT);
            ObjectNode answer = answer(response);
            if (response != null && response.getContent() != null) {
                answer.set("value", nodes(response.getContent()));
            }
            return answer;
        }
        case "observe-composite": {
            ObserveCompositeResponse response = server.send(client,
                    new ObserveCompositeRequest(format, format(command, "accept"), paths(command)), TIMEOUT);
            ObjectNode answer = answer(response);
            if (response != null && response.getContent() != null) {
                answer.set("value", nodes(response.getContent()));
            }
            return answer;
        }
        case "write-composite": {
            Map<LwM2mPath, LwM2mNode> values = new HashMap<>();
            for (var field : (Iterable<Map.Entry<String, JsonNode>>) () -> command.get("value").fields()) {
                LwM2mPath at = new LwM2mPath(field.getKey());
                values.put(at, node(at, field.getValue()));
            }
            return answer(server.send(client, new WriteCompositeRequest(format, values, null), TIMEOUT));
        }
        default:
            return MAKE.objectNode().put("error", "unknown: " + operation);
        }
    }

    static String[] paths(JsonNode command) {
        List<String> paths = new ArrayList<>();
        command.get("paths").forEach(path -> paths.add(path.asText()));
        return paths.toArray(new String[0]);
    }

    static ObjectNode answer(LwM2mResponse response) {
        ObjectNode answer = MAKE.objectNode();
        if (response == null) {
            return answer.put("error", "no answer in time");
        }
        answer.put("code", response.getCode().getCode());
        if (response.getErrorMessage() != null) {
            answer.put("words", response.getErrorMessage());
        }
        return answer;
    }

    static ObjectNode read(ReadResponse response) {
        ObjectNode answer = answer(response);
        if (response != null && response.getContent() != null) {
            answer.set("value", json(response.getContent()));
        }
        return answer;
    }

    static ObjectNode nodes(Map<LwM2mPath, LwM2mNode> nodes) {
        ObjectNode all = MAKE.objectNode();
        for (var entry : new TreeMap<>(nodes).entrySet()) {
            all.set(entry.getKey().toString(), entry.getValue() == null ? MAKE.nullNode() : json(entry.getValue()));
        }
        return all;
    }

    static JsonNode json(LwM2mNode node) {
        ObjectNode all = MAKE.objectNode();
        if (node instanceof LwM2mObject) {
            ((LwM2mObject) node).getInstances().forEach((id, one) -> all.set(id.toString(), json(one)));
        } else if (node instanceof LwM2mObjectInstance) {
            ((LwM2mObjectInstance) node).getResources().forEach((id, one) -> all.set(id.toString(), json(one)));
        } else if (node instanceof LwM2mResourceInstance) {
            return value(((LwM2mResourceInstance) node).getValue());
        } else if (((LwM2mResource) node).isMultiInstances()) {
            ((LwM2mResource) node).getInstances().forEach((id, one) -> all.set(id.toString(), json(one)));
        } else {
            return value(((LwM2mResource) node).getValue());
        }
        return all;
    }

    static JsonNode value(Object value) {
        if (value instanceof byte[]) {
            return MAKE.textNode(Base64.getEncoder().encodeToString((byte[]) value));
        }
        if (value instanceof Date) {
            return MAKE.numberNode(((Date) value).getTime() / 1000);
        }
        if (value instanceof ObjectLink) {
            ObjectLink link = (ObjectLink) value;
            return MAKE.textNode(link.getObjectId() + ":" + link.getObjectInstanceId());
        }
        if (value instanceof ULong) {
            return MAKE.numberNode(((ULong) value).toBigInteger());
        }
        return JSON.valueToTree(value);
    }

    static LwM2mChildNode node(LwM2mPath path, JsonNode value) {
        if (path.isObjectInstance()) {
            List<LwM2mResource> resources = new ArrayList<>();
            for (var field : (Iterable<Map.Entry<String, JsonNode>>) value::fields) {
                int id = Integer.parseInt(field.getKey());
                resources.add((LwM2mResource) node(new LwM2mPath(path.getObjectId(), path.getObjectInstanceId(), id),
                        field.getValue()));
            }
            return new LwM2mObjectInstance(path.getObjectInstanceId(), resources);
        }
        ObjectModel object = models.get(path.getObjectId());
        ResourceModel model = object == null ? null : object.resources.get(path.getResourceId());
        ResourceModel.Type type = model == null ? ResourceModel.Type.STRING : model.type;
        if (path.isResourceInstance()) {
            return LwM2mResourceInstance.newInstance(path.getResourceInstanceId(), object(value, type), type);
        }
        if (value.isObject()) {
            Map<Integer, Object> instances = new HashMap<>();
            for (var field : (Iterable<Map.Entry<String, JsonNode>>) value::fields) {
                instances.put(Integer.parseInt(field.getKey()), object(field.getValue(), type));
            }
            return LwM2mMultipleResource.newResource(path.getResourceId(), instances, type);
        }
        return LwM2mSingleResource.newResource(path.getResourceId(), object(value, type), type);
    }

    static Object object(JsonNode value, ResourceModel.Type type) {
        switch (type) {
        case INTEGER:
            return value.asLong();
        case UNSIGNED_INTEGER:
            return ULong.valueOf(value.asText());
        case FLOAT:
            return value.asDouble();
        case BOOLEAN:
            return value.asBoolean();
        case OPAQUE:
            return Base64.getDecoder().decode(value.asText());
        case TIME:
            return new Date(value.asLong() * 1000);
        case OBJLNK:
            String[] ids = value.asText().split(":");
            return new ObjectLink(Integer.parseInt(ids[0]), Integer.parseInt(ids[1]));
        default:
            return value.asText();
        }
    }

    static ObjectNode describe(Registration client) {
        ObjectNode all = MAKE.objectNode();
        all.put("id", client.getId());
        all.put("lifetime", client.getLifeTimeInSec());
        all.put("version", client.getLwM2mVersion().toString());
        all.put("binding", client.getBindingMode().toString());
        all.put("queue", client.usesQueueMode());
        List<String> links = new ArrayList<>();
        for (var link : client.getSortedObjectLinks()) {
            links.add(link.toCoreLinkFormat());
        }
        all.put("links", String.join(",", links));
        all.put("root", client.getRootPath());
        List<Integer> formats = new ArrayList<>();
        for (ContentFormat format : client.getSupportedContentFormats()) {
            formats.add(format.getCode());
        }
        all.set("formats", JSON.valueToTree(formats));
        return all;
    }

    static class Registrations implements RegistrationListener {
        public void registered(Registration client, Registration before, Collection<Observation> ended) {
            say(event("registered").<ObjectNode>set("client", describe(client)).put("endpoint", client.getEndpoint()));
        }

        public void updated(RegistrationUpdate update, Registration client, Registration before) {
            ObjectNode event = event("updated").put("endpoint", client.getEndpoint());
            event.put("lt", update.getLifeTimeInSec());
            event.put("links", update.getObjectLinks() != null);
            say(event.set("client", describe(client)));
        }

        public void unregistered(Registration client, Collection<Observation> ended, boolean expired, Registration next) {
            say(event("unregistered").put("endpoint", client.getEndpoint()).put("expired", expired));
        }
    }

    static class Observations implements ObservationListener {
        public void newObservation(Observation observation, Registration client) {
        }

        public void cancelled(Observation observation) {
        }

        public void onResponse(SingleObservation observation, Registration client, ObserveResponse response) {
            say(event("notified").put("path", observation.getPath().toString()).setAll(read(response)));
        }

        public void onResponse(CompositeObservation observation, Registration client, ObserveCompositeResponse response) {
            say(event("notified").put("code", response.getCode().getCode()).set("value", nodes(response.getContent())));
        }

        public void onError(Observation observation, Registration client, Exception error) {
            say(event("notification failed").put("error", error.toString()));
        }
    }

    static class Sent implements SendListener {
        public void dataReceived(Registration client, TimestampedLwM2mNodes data, SendRequest request) {
            ObjectNode values = MAKE.objectNode();
            for (java.time.Instant at : data.getTimestamps()) {
                values.set(at == null ? "now" : Long.toString(at.getEpochSecond()), nodes(data.getNodesAt(at)));
            }
            say(event("sent").put("endpoint", client.getEndpoint()).set("values", values));
        }

        public void onError(Registration client, String words, Exception error) {
            say(event("send failed").put("error", words));
        }
    }
}
