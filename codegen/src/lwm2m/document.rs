//! The XML of a definition, as OMA's schema LWM2M-v1_1.xsd has it: each element once, in its order.

use super::object::{Object, Resource};

const SCHEMA: &str = "http://www.openmobilealliance.org/tech/profiles/LWM2M-v1_1.xsd";

/// The definition of these objects.
#[must_use]
pub fn to_xml(objects: &[Object]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str("<LWM2M xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ");
    xml.push_str(&format!("xsi:noNamespaceSchemaLocation=\"{SCHEMA}\">\n"));
    for object in objects {
        write_object(&mut xml, object);
    }
    xml.push_str("</LWM2M>\n");
    xml
}

fn write_object(xml: &mut String, object: &Object) {
    xml.push_str("  <Object ObjectType=\"MODefinition\">\n");
    element(xml, 4, "Name", &object.name);
    prose(xml, 4, "Description1", &object.description);
    element(xml, 4, "ObjectID", &object.id.to_string());
    element(xml, 4, "ObjectURN", &object.urn);
    element(xml, 4, "LWM2MVersion", &object.enabler_version);
    element(xml, 4, "ObjectVersion", &object.version);
    instances(xml, 4, object.multiple, object.mandatory);
    xml.push_str("    <Resources>\n");
    for resource in &object.resources {
        write_resource(xml, resource);
    }
    xml.push_str("    </Resources>\n");
    prose(xml, 4, "Description2", &object.notes);
    xml.push_str("  </Object>\n");
}

fn write_resource(xml: &mut String, resource: &Resource) {
    xml.push_str(&format!("      <Item ID=\"{}\">\n", resource.id));
    element(xml, 8, "Name", &resource.name);
    element(xml, 8, "Operations", resource.operations.letters());
    instances(xml, 8, resource.multiple, resource.mandatory);
    element(xml, 8, "Type", resource.data_type.word());
    element(xml, 8, "RangeEnumeration", &resource.range);
    element(xml, 8, "Units", &resource.units);
    prose(xml, 8, "Description", &resource.description);
    xml.push_str("      </Item>\n");
}

fn instances(xml: &mut String, indent: usize, multiple: bool, mandatory: bool) {
    element(xml, indent, "MultipleInstances", if multiple { "Multiple" } else { "Single" });
    element(xml, indent, "Mandatory", if mandatory { "Mandatory" } else { "Optional" });
}

fn element(xml: &mut String, indent: usize, name: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    xml.push_str(&format!("{:indent$}<{name}>{text}</{name}>\n", ""));
}

fn prose(xml: &mut String, indent: usize, name: &str, text: &str) {
    if text.is_empty() {
        return element(xml, indent, name, text);
    }
    // An end mark inside is divided between two sections.
    let text = text.replace("]]>", "]]]]><![CDATA[>");
    xml.push_str(&format!("{:indent$}<{name}><![CDATA[{text}]]></{name}>\n", ""));
}
